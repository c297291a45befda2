// SPDX-License-Identifier: MIT
#include "ui/replay_dialog.h"

#include <cmath>
#include <utility>

#include <QDialogButtonBox>
#include <QGridLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/theme.h"
#include "ui/thin_bar.h"

namespace phidelity {

namespace {

QLabel* addLabel(QLayout* layout, const char* name) {
    auto* label = new QLabel;
    label->setObjectName(QLatin1String(name));
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    layout->addWidget(label);
    return label;
}

QString verdictText(ReplayVerdict verdict) {
    switch (verdict) {
    case ReplayVerdict::Identical:
        return ReplayDialog::tr("Identical");
    case ReplayVerdict::Differs:
        return ReplayDialog::tr("Not the same");
    case ReplayVerdict::Refused:
        return ReplayDialog::tr("Not run");
    case ReplayVerdict::Partly:
        return ReplayDialog::tr("Only partly run");
    case ReplayVerdict::Stopped:
        return ReplayDialog::tr("Stopped");
    case ReplayVerdict::Failed:
        break;
    }
    return ReplayDialog::tr("Failed");
}

} // namespace

ReplayDialog::ReplayDialog(QWidget* window)
    : QDialog(window), m_verdict(nullptr), m_sentence(nullptr),
      m_bar(new ThinBar(ThinBar::Measure::Progress)), m_candidates(new QGridLayout),
      m_caution(nullptr), m_button(nullptr) {
    setObjectName(QStringLiteral("replayDialog"));
    setWindowTitle(tr("Replay"));
    setAttribute(Qt::WA_DeleteOnClose);
    const int unit = gridUnit(window);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(3 * unit, 3 * unit, 3 * unit, 2 * unit);
    layout->setSpacing(2 * unit);
    m_verdict = addLabel(layout, "replayVerdict");
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    m_verdict->setFont(bold);
    m_verdict->setText(tr("Running the reply again"));
    m_sentence = addLabel(layout, "replaySentence");
    m_sentence->setText(tr("If a reply is being written, this waits for it."));
    m_bar->setObjectName(QStringLiteral("replayBar"));
    m_bar->setAccessibleName(tr("Progress"));
    layout->addWidget(m_bar);
    m_candidates->setHorizontalSpacing(4 * unit);
    m_candidates->setVerticalSpacing(unit);
    m_candidates->setColumnStretch(1, 1);
    layout->addLayout(m_candidates);
    m_caution = addLabel(layout, "replayCaution");
    setTextColor(m_caution, palette(), shadesOf(palette()).dimText);
    m_caution->hide();
    layout->addStretch(1);
    auto* buttons = new QDialogButtonBox;
    m_button = buttons->addButton(tr("&Stop"), QDialogButtonBox::RejectRole);
    m_button->setObjectName(QStringLiteral("replayStop"));
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::rejected, this, [this] {
        if (m_running) {
            emit stopRequested();
            m_button->setEnabled(false);
        } else {
            accept();
        }
    });
    resize(std::min(110 * unit, window->width() - 4 * unit), sizeHint().height());
}

void ReplayDialog::done(int result) {
    if (std::exchange(m_running, false)) {
        emit stopRequested();
    }
    QDialog::done(result);
}

void ReplayDialog::showProgress(const ReplayProgress& progress) {
    if (!m_running) {
        return;
    }
    const QLocale locale;
    m_sentence->setText(
        progress.total == 0
            ? tr("Reading the model's file, to tell whether it is the one that wrote the reply.")
            : tr("Token %1 of %2, prompt and reply.")
                  .arg(locale.toString(progress.done), locale.toString(progress.total)));
    m_bar->setFraction(progress.total == 0 ? 0
                                           : static_cast<double>(progress.done) / progress.total);
}

void ReplayDialog::showEnd(const ReplayEnded& end) {
    m_running = false;
    m_bar->hide();
    m_verdict->setText(verdictText(end.verdict));
    // A token's own space is not the place to break the line.
    m_sentence->setText(
        QString(end.sentence).replace(QStringLiteral("“ "), QStringLiteral("“\u00a0")));
    m_caution->setText(end.caution);
    m_caution->setVisible(!end.caution.isEmpty());
    if (end.verdict == ReplayVerdict::Differs) {
        // Where only the probability differs, it is its last digits.
        const int digits = end.expected.id == end.found.id ? 9 : 4;
        addCandidate(0, tr("Recorded"), end.expected, digits);
        addCandidate(1, tr("Now"), end.found, digits);
    }
    m_button->setText(tr("&Close"));
    m_button->setEnabled(true);
    m_button->setDefault(true);
    m_button->setFocus();
    setAccessibleDescription(end.sentence);
    layout()->activate();
    resize(width(), std::max(height(), layout()->totalHeightForWidth(width())));
}

void ReplayDialog::addCandidate(int row, const QString& name, const ReplayCandidate& candidate,
                                int digits) {
    const QLocale locale;
    const double logprob = static_cast<double>(candidate.logprob);
    const QStringList cells{
        name, u'“' + candidate.text + u'”',
        tr("%1 %", "probability").arg(locale.toString(100 * std::exp(logprob), 'f', 2)),
        tr("ln %1", "log-probability").arg(locale.toString(logprob, 'g', digits))};
    for (int column = 0; column < cells.size(); ++column) {
        auto* label = new QLabel(cells[column]);
        label->setTextFormat(Qt::PlainText);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        label->setObjectName(QStringLiteral("replayCell:%1:%2").arg(row).arg(column));
        if (column != 1) {
            setTextColor(label, palette(), shadesOf(palette()).dimText);
        }
        m_candidates->addWidget(label, row, column);
        label->show(); // or the layout does not count it yet
    }
}

} // namespace phidelity
