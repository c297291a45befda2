// SPDX-License-Identifier: MIT
#pragma once

#include <QPointer>
#include <QRegularExpression>
#include <QWidget>

class QCheckBox;
class QLineEdit;

namespace phidelity {

class CodeEdit;
class FindRow;

/// Find and replace in the editor that it is given, with regular expressions if wanted ($1 or \1
/// stand for groups in the replacement). Escape closes it.
class FindBar : public QWidget {
    Q_OBJECT

public:
    explicit FindBar(QWidget* parent = nullptr);

    void setEdit(CodeEdit* edit);
    enum class Purpose { Find, Replace };
    void open(Purpose purpose);
    void close();

    /// False where there is none. Goes round at the end.
    bool findNext();
    bool findPrevious();
    void replaceOne();
    /// Returns how many; one step to undo.
    int replaceAll();

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    [[nodiscard]] QRegularExpression pattern() const;
    [[nodiscard]] QString replacement(const QRegularExpressionMatch& match) const;
    bool find(bool forward);
    void typed();

    QPointer<CodeEdit> m_edit;
    FindRow* m_find;
    QLineEdit* m_replace;
    QCheckBox* m_expression;
    QWidget* m_replaceRow;
};

} // namespace phidelity
