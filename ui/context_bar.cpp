// SPDX-License-Identifier: MIT
#include "ui/context_bar.h"

#include <algorithm>

#include <QCheckBox>
#include <QDialog>
#include <QDialogButtonBox>
#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/theme.h"

namespace phidelity {

namespace {

QString sentenceOf(const ContextQuestion& question) {
    const QLocale locale;
    const QString prompt = locale.toString(question.promptTokens);
    const QString context = locale.toString(question.context);
    const int room = question.context - question.promptTokens;
    if (room <= 0) {
        return ContextBar::tr("The conversation has grown to %1 tokens; the model holds %2. What "
                              "shall be left out?")
            .arg(prompt, context);
    }
    return ContextBar::tr("The conversation has grown to %1 of %2 tokens; a reply may want %3, and "
                          "there is room for %4. How shall it go on?")
        .arg(prompt, context, locale.toString(question.wanted), locale.toString(room));
}

} // namespace

ContextBar::ContextBar(QWidget* parent)
    : QFrame(parent), m_grid(new QGridLayout(this)), m_sentence(new QLabel),
      m_drop(addAnswer("contextDrop")), m_summarise(addAnswer("contextSummarise")),
      m_squeeze(addAnswer("contextSqueeze")), m_stop(addAnswer("contextStop")),
      m_always(new QCheckBox) {
    setObjectName(QStringLiteral("contextQuestion"));
    setAccessibleName(tr("The context is nearly full"));
    m_sentence->setObjectName(QStringLiteral("contextSentence"));
    m_sentence->setWordWrap(true);
    m_sentence->setTextFormat(Qt::PlainText);
    m_always->setObjectName(QStringLiteral("contextAlways"));
    m_always->setText(tr("From &now on the same in this conversation"));
    m_summarise->setText(tr("&Summarise Them…"));
    m_stop->setText(tr("S&top Here"));
    m_grid->addWidget(m_sentence, 0, 0, 1, 2);
    m_grid->addWidget(m_always, 3, 0, 1, 2);
    connect(m_drop, &QPushButton::clicked, this, [this] { answer(ContextAnswer::Drop); });
    connect(m_squeeze, &QPushButton::clicked, this, [this] { answer(ContextAnswer::Squeeze); });
    connect(m_stop, &QPushButton::clicked, this, [this] { answer(ContextAnswer::Stop); });
    connect(m_summarise, &QPushButton::clicked, this, &ContextBar::summarise);
    applyLook();
    hide();
}

QPushButton* ContextBar::addAnswer(const char* name) {
    auto* button = new QPushButton(this);
    button->setObjectName(QLatin1String(name));
    button->setAutoDefault(false);
    return button;
}

void ContextBar::ask(const ContextQuestion& question) {
    m_question = question;
    const int room = question.context - question.promptTokens;
    const bool canDrop = question.messages > 0;
    m_sentence->setText(sentenceOf(question));
    m_drop->setText(tr("&Drop the Oldest %n Messages", nullptr, question.messages));
    m_drop->setToolTip(tr("They stay in the conversation, marked as not sent"));
    m_squeeze->setText(tr("&Reply Within %1 Tokens").arg(QLocale().toString(room)));
    QList<QPushButton*> offered{m_stop};
    if (room > 0) {
        offered.prepend(m_squeeze);
    }
    if (canDrop) {
        offered = QList<QPushButton*>{m_drop, m_summarise} + offered;
    }
    offer(offered);
    m_always->setVisible(canDrop || room > 0);
    m_always->setChecked(false);
    setAccessibleDescription(m_sentence->text());
    show();
}

void ContextBar::offer(const QList<QPushButton*>& offered) {
    for (QPushButton* button : {m_drop, m_summarise, m_squeeze, m_stop}) {
        m_grid->removeWidget(button);
        button->setVisible(offered.contains(button));
    }
    constexpr int kColumns = 2;
    for (int at = 0; at < offered.size(); ++at) {
        const bool alone = at % kColumns == 0 && at + 1 == offered.size();
        m_grid->addWidget(offered.at(at), 1 + at / kColumns, at % kColumns, 1,
                          alone ? kColumns : 1);
    }
}

void ContextBar::answer(ContextAnswer answer, const QString& summary) {
    hide();
    emit answered(answer, m_always->isChecked() ? ContextMemory::Always : ContextMemory::Once,
                  summary);
}

void ContextBar::summarise() {
    auto* dialog = new QDialog(window());
    dialog->setObjectName(QStringLiteral("summaryDialog"));
    dialog->setWindowTitle(tr("Summarise"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    auto* hint = new QLabel(tr("Shorten this to what the model must know. It is sent as it stands "
                               "here, in place of the oldest %n messages.",
                               nullptr, m_question.messages));
    hint->setWordWrap(true);
    auto* edit = new QPlainTextEdit(m_question.droppedText);
    edit->setObjectName(QStringLiteral("summaryEdit"));
    edit->setAccessibleName(tr("Summary"));
    edit->setTabChangesFocus(true);
    auto* buttons = new QDialogButtonBox;
    QPushButton* use = buttons->addButton(tr("&Use Summary"), QDialogButtonBox::AcceptRole);
    use->setObjectName(QStringLiteral("useSummary"));
    buttons->addButton(QDialogButtonBox::Cancel); // in the order of Tab
    auto* layout = new QVBoxLayout(dialog);
    layout->addWidget(hint);
    layout->addWidget(edit, 1);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, dialog, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
    connect(dialog, &QDialog::accepted, this,
            [this, edit] { answer(ContextAnswer::Summarise, edit->toPlainText()); });
    const int unit = gridUnit(this);
    dialog->resize(std::min(130 * unit, window()->width() - 4 * unit),
                   std::min(100 * unit, window()->height() - 4 * unit));
    dialog->open();
    edit->setFocus();
}

void ContextBar::applyLook() {
    const int unit = gridUnit(this);
    layout()->setContentsMargins(3 * unit, 2 * unit, 3 * unit, 2 * unit);
    layout()->setSpacing(2 * unit);
}

void ContextBar::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::FontChange) {
        applyLook();
    }
}

void ContextBar::paintEvent(QPaintEvent*) {
    const Shades shades = shadesOf(palette());
    const int unit = gridUnit(this);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(mixed(shades.page, shades.warning, 0.12));
    painter.setPen(QPen(mixed(shades.page, shades.warning, 0.4), 1));
    painter.drawRoundedRect(insideEdge(rect(), 1), 2 * unit, 2 * unit);
}

} // namespace phidelity
