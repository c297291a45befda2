// SPDX-License-Identifier: MIT
#pragma once

#include <QTextEdit>

#include "chat/prompt_format.h"

namespace phidelity {

/// The exact prompt that a format makes of a short talk: spaces, line ends and tabulators are seen,
/// what the format adds is set off from the texts. To be read and copied.
class FormatPreview : public QTextEdit {
    Q_OBJECT

public:
    explicit FormatPreview(QWidget* parent = nullptr);

    void showPrompt(const QList<PromptPiece>& pieces);

protected:
    void changeEvent(QEvent* event) override;

private:
    void fill();

    QList<PromptPiece> m_pieces;
};

/// A text with everything in it seen: "·" a space, "⇥" a tabulator, "↵" before each new line.
[[nodiscard]] QString visiblePromptText(const QString& text);

} // namespace phidelity
