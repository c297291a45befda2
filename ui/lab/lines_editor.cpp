// SPDX-License-Identifier: MIT
#include "ui/lab/lines_editor.h"

#include <QEvent>
#include <QLabel>
#include <QPlainTextEdit>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include "chat/escaped_text.h"
#include "ui/theme.h"

namespace phidelity {

LinesEditor::LinesEditor(const Words& words, QWidget* parent)
    : QWidget(parent), m_usualNote(words.note), m_edit(new QPlainTextEdit), m_note(new QLabel) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gridUnit(this));
    m_edit->setObjectName(words.objectName);
    m_edit->setAccessibleName(words.name);
    m_edit->setPlaceholderText(words.example);
    m_edit->setTabChangesFocus(true);
    m_edit->setFrameStyle(QFrame::Box | QFrame::Plain);
    m_edit->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_note->setObjectName(words.objectName + QStringLiteral("Note"));
    m_note->setWordWrap(true);
    if (!words.title.isEmpty()) {
        auto* title = new QLabel(words.title);
        title->setWordWrap(true);
        title->setBuddy(m_edit);
        layout->addWidget(title);
    }
    layout->addWidget(m_edit);
    layout->addWidget(m_note);
    connect(m_edit, &QPlainTextEdit::textChanged, this, &LinesEditor::take);
    take();
    applyLook();
}

void LinesEditor::setTexts(const QStringList& texts) {
    if (m_texts == texts) {
        return;
    }
    QStringList lines;
    for (const QString& text : texts) {
        lines.append(escapedText(text));
    }
    const QSignalBlocker quiet(m_edit);
    m_edit->setPlainText(lines.join(u'\n'));
    take();
}

void LinesEditor::take() {
    QStringList texts;
    QString problem;
    const QStringList lines = m_edit->toPlainText().split(u'\n');
    for (qsizetype index = 0; index < lines.size() && problem.isEmpty(); ++index) {
        QString why;
        const std::optional<QString> text = unescapedText(lines.at(index), &why);
        if (!text) {
            problem = tr("Line %1: %2").arg(index + 1).arg(why);
        } else if (!text->isEmpty() && !texts.contains(*text)) {
            texts.append(*text);
        }
    }
    m_wrong = !problem.isEmpty();
    m_note->setText(m_wrong ? problem : m_usualNote);
    applyLook();
    if (!m_wrong && texts != m_texts) {
        m_texts = texts;
        if (!m_edit->signalsBlocked()) {
            emit changed();
        }
    }
}

void LinesEditor::applyLook() {
    const Shades shades = shadesOf(palette());
    setTextColor(m_note, palette(), m_wrong ? shades.danger : shades.dimText);
    setTextColor(m_edit, palette(), shades.text);
    QPalette edge = m_edit->palette();
    edge.setColor(QPalette::WindowText, shades.edge); // of the frame
    m_edit->setPalette(edge);
    m_edit->setFont(codeFont(font()));
    m_edit->setFixedHeight(3 * m_edit->fontMetrics().lineSpacing() + 4 * gridUnit(this));
}

void LinesEditor::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        applyLook();
    }
}

} // namespace phidelity
