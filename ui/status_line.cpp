// SPDX-License-Identifier: MIT
#include "ui/status_line.h"

#include <algorithm>

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QTimerEvent>
#include <QToolButton>

#include "ui/link_label.h"
#include "ui/plain_tip.h"
#include "ui/theme.h"
#include "ui/thin_bar.h"

namespace phidelity {

StatusLine::StatusLine(QWidget* parent)
    : QWidget(parent), m_model(new QLabel), m_device(new LinkLabel),
      m_progress(new ThinBar(ThinBar::Measure::Progress)), m_cancel(new QToolButton),
      m_kept(new QLabel), m_activity(new QLabel), m_firstToken(new QLabel),
      m_context(new LinkLabel), m_contextBar(new ThinBar(ThinBar::Measure::Fullness)) {
    setObjectName(QStringLiteral("statusLine"));
    setAccessibleName(tr("Status"));
    m_model->setObjectName(QStringLiteral("statusModel"));
    m_device->setObjectName(QStringLiteral("statusDevice"));
    m_progress->setObjectName(QStringLiteral("openingProgress"));
    m_cancel->setObjectName(QStringLiteral("cancelOpening"));
    m_kept->setObjectName(QStringLiteral("statusKept"));
    m_activity->setObjectName(QStringLiteral("statusActivity"));
    m_firstToken->setObjectName(QStringLiteral("statusFirstToken"));
    m_context->setObjectName(QStringLiteral("statusContext"));
    m_contextBar->setObjectName(QStringLiteral("contextBar"));
    m_progress->setAccessibleName(tr("Opening the model"));
    m_cancel->setAccessibleName(tr("Cancel opening"));
    m_contextBar->setAccessibleName(tr("Context used"));
    m_context->setToolTip(tr("How much of what the model can hold in mind is used, prompt and "
                             "reply together; click to see the prompt"));
    m_contextBar->setToolTip(m_context->toolTip());
    m_context->setAccessibleDescription(tr("Press Enter to see the prompt"));
    connect(m_context, &LinkLabel::activated, this, &StatusLine::promptActivated);
    m_firstToken->setToolTip(tr("Time from sending to the first token of the reply"));
    m_device->setAccessibleDescription(tr("Press Enter to choose another device"));
    m_cancel->setText(tr("Cancel"));
    m_cancel->setFocusPolicy(Qt::StrongFocus);
    for (QLabel* label : {m_model, static_cast<QLabel*>(m_device)}) {
        label->setTextFormat(Qt::PlainText);
        label->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Preferred);
    }
    auto* layout = new QHBoxLayout(this);
    layout->addWidget(m_model);
    layout->addWidget(m_device);
    layout->addWidget(m_progress);
    layout->addWidget(m_cancel);
    layout->addStretch(1);
    layout->addWidget(m_kept);
    layout->addWidget(m_activity);
    layout->addWidget(m_firstToken);
    layout->addWidget(m_context);
    layout->addWidget(m_contextBar);
    connect(m_cancel, &QToolButton::clicked, this, &StatusLine::cancelRequested);
    connect(m_device, &LinkLabel::activated, this, &StatusLine::deviceActivated);
    showNoModel();
    applyLook();
    endOpening();
}

void StatusLine::showModel(const ModelOpened& model) {
    m_modelText = model.types.isEmpty() ? model.name : tr("%1 · %2").arg(model.name, model.types);
    m_deviceText = model.device;
    m_contextSize = model.context;
    m_contextUsed = 0;
    const QLocale locale;
    m_model->setToolTip(plainTip(
        tr("%1\n%2 parameters, %3 of weights, opened in %4 s")
            .arg(model.embedded ? tr("The demo model inside this program") : model.path,
                 locale.toString(model.parameters), locale.formattedDataSize(model.weightBytes),
                 locale.toString(model.loadMs / 1000, 'f', 1))));
    m_device->setToolTip(model.deviceReason.isEmpty()
                             ? model.device
                             : tr("%1\n%2").arg(model.device, model.deviceReason));
    clearActivity();
    showContextText();
    endOpening();
}

void StatusLine::showNoModel() {
    m_modelText = tr("No model");
    m_deviceText.clear();
    m_contextSize = 0;
    m_model->setToolTip({});
    showContextText();
    fit();
}

void StatusLine::showOpening(const QString& name, double fraction) {
    m_opening = true;
    m_openingName = name;
    m_progress->setFraction(fraction);
    m_progress->show();
    m_cancel->show();
    m_device->hide();
    fit();
}

void StatusLine::endOpening() {
    m_opening = false;
    m_progress->hide();
    m_cancel->hide();
    m_device->show();
    fit();
}

void StatusLine::showContext(int used) {
    m_contextUsed = used;
    showContextText();
}

void StatusLine::showContextText() {
    const bool known = m_contextSize > 0;
    m_context->setVisible(known);
    m_contextBar->setVisible(known);
    const QLocale locale;
    m_context->setText(
        tr("%1 / %2 tokens").arg(locale.toString(m_contextUsed), locale.toString(m_contextSize)));
    tellReaders();
    m_contextBar->setFraction(known ? static_cast<double>(m_contextUsed) / m_contextSize : 0);
}

void StatusLine::showKept(KeptState state) {
    m_keptState = state;
    m_keptTimer.stop();
    if (state == KeptState::Kept && !m_kept->text().isEmpty()) {
        // While a reply grows, it is true for a moment once a second.
        constexpr int kCalmMs = 300;
        m_keptTimer.start(kCalmMs, this);
    } else {
        tellKept();
    }
}

void StatusLine::timerEvent(QTimerEvent* event) {
    if (event->timerId() == m_keptTimer.timerId()) {
        m_keptTimer.stop();
        tellKept();
    }
}

void StatusLine::tellKept() {
    bool warns = false;
    switch (m_keptState) {
    case KeptState::Unknown:
        m_kept->clear();
        return;
    case KeptState::InWindowOnly:
        m_kept->setText(tr("Not saved"));
        m_kept->setToolTip(tr("Conversations are only in this window and end with it."));
        warns = true;
        break;
    case KeptState::Keeping:
        m_kept->setText(tr("Saving"));
        m_kept->setToolTip(tr("The last changes are on their way to the disk."));
        break;
    case KeptState::Kept:
        m_kept->setText(tr("Saved"));
        m_kept->setToolTip(tr("All conversations are on the disk."));
        break;
    case KeptState::Failed:
        m_kept->setText(tr("Not saved"));
        m_kept->setToolTip(tr("The last changes could not be written to the disk yet."));
        warns = true;
        break;
    }
    setTextColor(m_kept, palette(),
                 warns ? shadesOf(palette()).warning : shadesOf(palette()).dimText);
    fit();
}

void StatusLine::showPrompt(int done, int total) {
    const QLocale locale;
    m_activity->setText(
        tr("Reading the prompt %1 / %2").arg(locale.toString(done), locale.toString(total)));
    m_firstTokenText.clear();
    m_firstToken->clear();
    fit();
}

void StatusLine::showSpeed(double tokensPerSecond, double firstTokenMs) {
    const QLocale locale;
    m_activity->setText(
        tokensPerSecond > 0
            ? tr("%1 tokens/s")
                  .arg(locale.toString(tokensPerSecond, 'f', tokensPerSecond < 100 ? 1 : 0))
            : QString());
    m_firstTokenText.clear();
    if (firstTokenMs >= 100) {
        m_firstTokenText = tr("first token %1 s").arg(locale.toString(firstTokenMs / 1000, 'f', 2));
    } else if (firstTokenMs > 0) {
        m_firstTokenText =
            tr("first token %1 ms").arg(locale.toString(std::max(1.0, firstTokenMs), 'f', 0));
    }
    m_firstToken->setText(m_firstTokenText);
    fit();
}

void StatusLine::clearActivity() {
    m_activity->clear();
    m_firstTokenText.clear();
    m_firstToken->clear();
    fit();
}

void StatusLine::tellReaders() {
    // A name takes the place of a label's text, which may be shortened: so the name has it whole.
    const auto tell = [](QLabel* label, const QString& what, const QString& text) {
        label->setAccessibleName(text.isEmpty() ? what : tr("%1: %2").arg(what, text));
    };
    tell(m_model, tr("Model"), m_opening ? tr("Opening %1").arg(m_openingName) : m_modelText);
    tell(m_device, tr("Device"), m_deviceText);
    tell(m_activity, tr("Speed"), m_activity->text());
    tell(m_firstToken, tr("Time to the first token"), m_firstTokenText);
    tell(m_context, tr("Context used"), m_context->text());
}

void StatusLine::fit() {
    tellReaders();
    // What is told first stays longest: model and context, then the speed, then the device, then
    // the time to the first token.
    const QFontMetrics metrics(m_model->font());
    const int unit = gridUnit(this);
    const int gap = 4 * unit;
    const auto widthOf = [&](const QString& text) {
        return text.isEmpty() ? 0 : metrics.horizontalAdvance(text) + 2 + gap;
    };
    int space = width() - 2 * gap - unit;
    const auto take = [&space](int wanted) {
        space -= wanted;
        return wanted > 0;
    };
    if (m_contextSize > 0) {
        take(widthOf(m_context->text()));
        take(m_contextBar->width() + gap);
    }
    if (m_opening) {
        take(m_progress->width() + m_cancel->sizeHint().width() + 2 * gap);
        m_firstToken->hide();
        m_kept->hide();
        m_activity->setVisible(space - widthOf(m_activity->text()) > 50 * unit);
        m_model->setText(metrics.elidedText(tr("Opening %1").arg(m_openingName), Qt::ElideMiddle,
                                            std::max(space - gap, 16 * unit)));
        return;
    }
    const int model = widthOf(m_modelText);
    m_activity->setVisible(space - model >= widthOf(m_activity->text()) &&
                           take(widthOf(m_activity->text())));
    m_model->setText(
        metrics.elidedText(m_modelText, Qt::ElideMiddle, std::max(space - gap, 16 * unit)));
    take(model);
    const int kept = widthOf(m_kept->text());
    m_kept->setVisible(kept > 0 && space >= kept && take(kept));
    const int device = widthOf(m_deviceText);
    const bool wholeDevice = space >= device;
    const bool someDevice = space >= 24 * unit;
    m_device->setVisible(device > 0 && (wholeDevice || someDevice));
    m_device->setText(metrics.elidedText(m_deviceText, Qt::ElideRight, std::max(0, space - gap)));
    if (m_device->isVisibleTo(this)) {
        take(std::min(device, space));
    }
    m_firstToken->setVisible(space >= widthOf(m_firstTokenText) && !m_firstTokenText.isEmpty());
}

void StatusLine::applyLook() {
    const int unit = gridUnit(this);
    layout()->setContentsMargins(4 * unit, unit + unit / 2, 4 * unit, unit + unit / 2);
    layout()->setSpacing(4 * unit);
    m_progress->setFixedWidth(40 * unit);
    m_progress->setMaximumHeight(3 * unit);
    m_contextBar->setFixedWidth(16 * unit);
    const QFont small = scaledFont(font(), 0.92);
    QPalette dim = palette();
    dim.setColor(QPalette::WindowText, shadesOf(palette()).dimText);
    for (QLabel* label : {m_model, static_cast<QLabel*>(m_device), m_kept, m_activity, m_firstToken,
                          static_cast<QLabel*>(m_context)}) {
        label->setFont(small);
        label->setPalette(label == m_model ? palette() : dim);
    }
    tellKept();
    m_cancel->setFont(small);
    // No higher than the text, so that the line stays as it is when a model is opened.
    m_cancel->setFixedHeight(QFontMetrics(small).height() + unit);
    setFixedHeight(m_cancel->height() + 3 * unit);
    fit();
}

void StatusLine::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        applyLook();
    }
}

void StatusLine::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    fit();
}

} // namespace phidelity
