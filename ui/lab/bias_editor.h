// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QMap>
#include <QWidget>

#include "chat/generation_settings.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QVBoxLayout;

namespace phidelity {

/// A token of a typed text.
struct BiasToken {
    quint32 id = 0;
    QString text; ///< with nothing hidden

    bool operator==(const BiasToken&) const = default;
};

/// Tokens with what is added to their scores. One types a text and sees which tokens it is made of.
/// Values in, intent out.
class BiasEditor : public QWidget {
    Q_OBJECT

public:
    explicit BiasEditor(QWidget* parent = nullptr);

    void setBias(const QList<QPair<quint32, float>>& bias);
    [[nodiscard]] const QList<QPair<quint32, float>>& bias() const { return m_bias; }
    /// What a text was found to be made of; nothing if another one has been typed meanwhile.
    void showTokens(const QString& text, const QList<BiasToken>& tokens);
    /// Words for ids in the list.
    void setTexts(const QMap<quint32, QString>& texts);
    /// Replaces what the token had.
    void add(quint32 id, float bias);

signals:
    /// By hand.
    void changed();
    /// Which tokens is this made of? Answered by showTokens().
    void tokensRequested(const QString& text);

protected:
    void changeEvent(QEvent* event) override;

private:
    void build();
    void take();
    void explain(const QString& sentence);
    void addTyped(float bias);
    void rebuild();
    QWidget* buildRow(qsizetype index);
    void applyLook();

    QList<QPair<quint32, float>> m_bias;
    QMap<quint32, QString> m_texts;
    QString m_typed; ///< without escapes
    QList<BiasToken> m_tokens;
    QLineEdit* m_text;
    QLabel* m_note;
    QComboBox* m_which;
    QList<QPushButton*> m_adds;
    QVBoxLayout* m_rows;
};

} // namespace phidelity
