// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include <QDialog>
#include <QList>

#include "chat/format_check.h"
#include "chat/prompt_format.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QPlainTextEdit;
class QPushButton;

namespace phidelity {

class FormatPreview;

/// What became of a format in the editor.
struct FormatEdit {
    std::optional<PromptFormat> before; ///< none: it is new
    PromptFormat after;
};

/// Makes, copies, changes and deletes prompt formats, with a view of the exact prompt beside them.
/// Nothing of it counts before "Save"; closing it otherwise asks what is to become of changes.
/// Deletes itself.
class FormatEditor : public QDialog {
    Q_OBJECT

public:
    /// Shows `current` first.
    FormatEditor(QWidget* window, const QList<PromptFormat>& own, const PromptFormat& current);

    /// Adds formats, under other names where theirs are taken, and shows the first of them. Those
    /// that are there already are left out.
    void addFormats(const QList<PromptFormat>& formats);
    /// Stays until something is changed.
    void showProblem(const QString& sentence);

signals:
    /// `formats`: the user's own from now on, in their order. `shown`: the one that was looked at.
    void saveRequested(const QList<phidelity::FormatEdit>& formats,
                       const phidelity::PromptFormat& shown);
    void importRequested();
    void exportRequested(const QList<phidelity::PromptFormat>& formats);

public slots:
    /// Cancel, Escape and the window's own button.
    void reject() override;

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Entry {
        std::optional<PromptFormat> before;
        FormatRules rules;
        std::optional<FormatId> builtIn;
    };

    QWidget* buildList();
    QWidget* buildForm();
    QLineEdit* addMark(const char* name, const QString& title);
    [[nodiscard]] QString titleOf(const Entry& entry) const;
    [[nodiscard]] PromptFormat formatOf(const Entry& entry) const;
    [[nodiscard]] QStringList namesBut(int row) const;
    [[nodiscard]] int row() const;
    void add(const FormatRules& rules);
    void makeNew();
    void copy();
    void remove();
    void exportShown();
    [[nodiscard]] bool isChanged() const;
    void save();
    void showEntry();
    void take();
    void showRemarks();
    void applyLook();

    QList<Entry> m_entries; ///< by their rows
    qsizetype m_ownBefore;  ///< own ones when the editor was opened
    bool m_showing = false; ///< fields are being set, not edited
    QListWidget* m_list;
    QPushButton* m_delete;
    QPushButton* m_export;
    QLabel* m_note;
    QLineEdit* m_name;
    QPlainTextEdit* m_opening;
    QLineEdit* m_userPrefix;
    QLineEdit* m_userSuffix;
    QLineEdit* m_replyPrefix;
    QLineEdit* m_replySuffix;
    QPlainTextEdit* m_stops;
    QComboBox* m_userText;
    QComboBox* m_replies;
    FormatPreview* m_preview;
    QLabel* m_legend;
    QLabel* m_remarks;
    QPushButton* m_save;
};

} // namespace phidelity

Q_DECLARE_METATYPE(phidelity::FormatEdit)
