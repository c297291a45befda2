// SPDX-License-Identifier: MIT
#include "ui/lab/stops_editor.h"

#include <QEvent>
#include <QLabel>
#include <QPlainTextEdit>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include "chat/escaped_text.h"
#include "ui/theme.h"

namespace phidelity {

StopsEditor::StopsEditor(QWidget* parent)
    : QWidget(parent), m_edit(new QPlainTextEdit), m_note(new QLabel) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gridUnit(this));
    m_edit->setObjectName(QStringLiteral("stopStrings"));
    m_edit->setAccessibleName(tr("Texts that end a reply, one a line"));
    m_edit->setPlaceholderText(tr("for example \\n\\n or END"));
    m_edit->setTabChangesFocus(true);
    m_edit->setFrameStyle(QFrame::Box | QFrame::Plain);
    m_edit->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_note->setObjectName(QStringLiteral("stopsNote"));
    m_note->setWordWrap(true);
    layout->addWidget(m_edit);
    layout->addWidget(m_note);
    connect(m_edit, &QPlainTextEdit::textChanged, this, &StopsEditor::take);
    take();
    applyLook();
}

void StopsEditor::setStops(const QStringList& stops) {
    if (m_stops == stops) {
        return;
    }
    QStringList lines;
    for (const QString& stop : stops) {
        lines.append(escapedText(stop));
    }
    const QSignalBlocker quiet(m_edit);
    m_edit->setPlainText(lines.join(u'\n'));
    take();
}

void StopsEditor::take() {
    QStringList stops;
    QString problem;
    const QStringList lines = m_edit->toPlainText().split(u'\n');
    for (qsizetype index = 0; index < lines.size() && problem.isEmpty(); ++index) {
        QString why;
        const std::optional<QString> stop = unescapedText(lines.at(index), &why);
        if (!stop) {
            problem = tr("Line %1: %2").arg(index + 1).arg(why);
        } else if (!stop->isEmpty() && !stops.contains(*stop)) {
            stops.append(*stop);
        }
    }
    m_wrong = !problem.isEmpty();
    m_note->setText(m_wrong
                        ? problem
                        : tr("One a line, beside those of the prompt format. \\n is a line\u2019s "
                             "end, \\t a tab, \\\\ a backslash."));
    applyLook();
    if (!m_wrong && stops != m_stops) {
        m_stops = stops;
        if (!m_edit->signalsBlocked()) {
            emit changed();
        }
    }
}

void StopsEditor::applyLook() {
    const Shades shades = shadesOf(palette());
    setTextColor(m_note, palette(), m_wrong ? shades.danger : shades.dimText);
    setTextColor(m_edit, palette(), shades.text);
    QPalette edge = m_edit->palette();
    edge.setColor(QPalette::WindowText, shades.edge); // of the frame
    m_edit->setPalette(edge);
    m_edit->setFont(codeFont(font()));
    m_edit->setFixedHeight(3 * m_edit->fontMetrics().lineSpacing() + 4 * gridUnit(this));
}

void StopsEditor::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        applyLook();
    }
}

} // namespace phidelity
