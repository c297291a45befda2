// SPDX-License-Identifier: MIT
#include "ui/code/answer_pane.h"

#include <iterator>

#include <QAction>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include "ui/code/diff_view.h"
#include "ui/icon.h"
#include "ui/message_model.h"
#include "ui/message_view.h"
#include "ui/theme.h"

namespace phidelity {

namespace {

QLabel* label(const char* name) {
    auto* made = new QLabel;
    made->setObjectName(QLatin1String(name));
    made->setTextFormat(Qt::PlainText);
    made->setWordWrap(true);
    made->setMinimumWidth(1);
    return made;
}

} // namespace

AnswerPane::AnswerPane(const Actions& actions, QWidget* parent)
    : QWidget(parent), m_title(label("answerTitle")), m_sentence(label("answerSentence")),
      m_leftOut(label("answerLeftOut")), m_stack(new QStackedWidget), m_nothing(new QLabel),
      m_model(new MessageModel(this)), m_view(new MessageView), m_diff(new DiffView),
      m_foot(new QWidget) {
    setObjectName(QStringLiteral("answerPane"));
    setAccessibleName(tr("Answer"));
    m_view->setObjectName(QStringLiteral("answerText"));
    m_view->setAccessibleName(tr("Answer"));
    m_view->setActionsOffered(false);
    m_view->setModel(m_model);
    m_sentence->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_stack->addWidget(m_nothing);
    m_stack->addWidget(m_view);
    m_stack->addWidget(m_diff);
    m_nothing->setAutoFillBackground(true);
    m_nothing->setBackgroundRole(QPalette::Base);

    QToolButton* const buttons[] = {
        button(actions.stop, "answerStop", Qt::ToolButtonIconOnly),
        button(actions.again, "answerAgain", Qt::ToolButtonIconOnly),
        button(actions.close, "answerClose", Qt::ToolButtonIconOnly),
        button(actions.take, "answerTake", Qt::ToolButtonTextOnly),
        button(actions.takeAll, "answerTakeAll", Qt::ToolButtonTextOnly),
        button(actions.previous, "answerPrevious", Qt::ToolButtonIconOnly),
        button(actions.next, "answerNext", Qt::ToolButtonIconOnly),
    };
    constexpr int kInHead = 3;
    constexpr int kAcross = 5; // the last two stand at the right
    auto* head = new QHBoxLayout;
    head->addWidget(m_title, 1);
    auto* foot = new QHBoxLayout(m_foot);
    for (int index = 0; index < static_cast<int>(std::size(buttons)); ++index) {
        if (index == kAcross) {
            foot->addStretch(1);
        }
        (index < kInHead ? head : foot)->addWidget(buttons[index]);
    }
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(0);
    layout->setContentsMargins(1, 1, 0, 0); // the line at the edge
    layout->addLayout(head);
    layout->addWidget(m_sentence);
    layout->addWidget(m_leftOut);
    layout->addWidget(m_stack, 1);
    layout->addWidget(m_foot);
    // As one reads it.
    setTabOrder(buttons[0], buttons[1]);
    setTabOrder(buttons[1], buttons[2]);
    setTabOrder(buttons[2], m_view);
    setTabOrder(m_view, m_diff);
    setTabOrder(m_diff, buttons[3]);
    for (std::size_t index = kInHead; index + 1 < std::size(buttons); ++index) {
        setTabOrder(buttons[index], buttons[index + 1]);
    }
    m_foot->hide();
    m_leftOut->hide();
    applyLook();
}

QToolButton* AnswerPane::button(QAction* action, const char* name, Qt::ToolButtonStyle style) {
    auto* made = new QToolButton;
    made->setDefaultAction(action);
    made->setObjectName(QLatin1String(name));
    made->setToolButtonStyle(style);
    made->setAutoRaise(style == Qt::ToolButtonIconOnly);
    made->setFocusPolicy(Qt::TabFocus);
    const auto follow = [made, action] {
        const QString said = action->text().remove(u'&').remove(u'…');
        const QString keys = action->shortcut().toString(QKeySequence::NativeText);
        made->setAccessibleName(said);
        made->setText(said);
        made->setToolTip(keys.isEmpty() ? said : tr("%1 (%2)").arg(said, keys));
        made->setVisible(action->isVisible());
    };
    connect(action, &QAction::changed, made, follow);
    follow();
    return made;
}

void AnswerPane::applyLook() {
    const int unit = gridUnit(this);
    const Shades shades = shadesOf(palette());
    QFont strong = font();
    strong.setWeight(QFont::DemiBold);
    m_title->setFont(strong);
    setTextColor(m_sentence, palette(), m_tone == Tone::Problem ? shades.danger : shades.dimText);
    setTextColor(m_leftOut, palette(), shades.dimText);
    for (QLabel* each : {m_sentence, m_leftOut}) {
        each->setFont(scaledFont(font(), 0.92));
        each->setContentsMargins(3 * unit, 0, 3 * unit, unit);
    }
    m_title->setContentsMargins(3 * unit, unit, unit, unit);
    m_foot->layout()->setContentsMargins(2 * unit, unit, 2 * unit, unit);
    m_foot->layout()->setSpacing(unit);
}

void AnswerPane::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        applyLook();
    }
}

void AnswerPane::paintEvent(QPaintEvent* /*event*/) {
    QPainter painter(this);
    painter.setPen(shadesOf(palette()).line);
    if (pos().x() > 0) {
        painter.drawLine(rect().topLeft(), rect().bottomLeft());
    } else {
        painter.drawLine(rect().topLeft(), rect().topRight());
    }
}

void AnswerPane::begin(const QString& title, const QString& author) {
    m_title->setText(title);
    m_author = author;
    m_text.clear();
    m_model->reset({});
    m_diff->setChanges({});
    m_stack->setCurrentWidget(m_nothing);
    m_foot->hide();
    setLeftOut({});
}

void AnswerPane::say(const QString& sentence, Tone tone) {
    m_tone = tone;
    m_sentence->setText(tone == Tone::Problem ? QStringLiteral("⚠ ") + sentence : sentence);
    m_sentence->setAccessibleName(sentence);
    setAccessibleDescription(sentence);
    applyLook();
}

QString AnswerPane::sentence() const {
    return m_sentence->text();
}

void AnswerPane::setLeftOut(const QString& sentence) {
    m_leftOut->setText(sentence);
    m_leftOut->setVisible(!sentence.isEmpty());
}

void AnswerPane::showText(const QString& text, bool whole) {
    m_stack->setCurrentWidget(m_view);
    m_foot->hide();
    Message message;
    message.speaker = Speaker::Model;
    message.format = FormatId::Qa;
    message.author = m_author;
    message.text = text;
    message.state = whole ? MessageState::Complete : MessageState::Writing;
    if (m_model->rowCount() == 0) {
        m_model->add(message);
    } else if (!whole && text.startsWith(m_text)) {
        m_model->appendText(0, text.mid(m_text.size()));
    } else {
        m_model->change(0, message);
    }
    m_text = text;
}

void AnswerPane::showChanges(const QList<ShownChange>& changes) {
    m_stack->setCurrentWidget(changes.isEmpty() ? static_cast<QWidget*>(m_nothing) : m_diff);
    m_foot->setVisible(!changes.isEmpty());
    m_diff->setChanges(changes);
}

void AnswerPane::focusAnswer() {
    if (m_stack->currentWidget() == m_nothing) {
        findChild<QToolButton*>(QStringLiteral("answerClose"))->setFocus();
    } else {
        m_stack->currentWidget()->setFocus();
    }
}

} // namespace phidelity
