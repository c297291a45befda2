// SPDX-License-Identifier: MIT
#include "ui/welcome_page.h"

#include <QEvent>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/example_button.h"
#include "ui/focus_in_sight.h"
#include "ui/icon.h"
#include "ui/theme.h"

namespace phidelity {

namespace {

QStringList examplesOf(const PromptFormat& format) {
    switch (format.like()) {
    case FormatId::Qa:
        return {
            WelcomePage::tr("What is 48 + 27?"), WelcomePage::tr("Explain what a prime number is."),
            WelcomePage::tr("Write a Python function that returns the largest of three numbers."),
            WelcomePage::tr("Why do we have seasons?")};
    case FormatId::Code:
        return {
            QStringLiteral("def is_even(n):\n    \"\"\"Return True if n is even.\"\"\""),
            QStringLiteral("def factorial(n):\n    \"\"\"Return the factorial of n.\"\"\""),
            QStringLiteral("def reverse(text):\n    \"\"\"Return text reversed.\"\"\""),
            QStringLiteral("def count_vowels(text):\n    \"\"\"Count the vowels in text.\"\"\"")};
    case FormatId::Raw:
        return {WelcomePage::tr("The sun is a star because"),
                WelcomePage::tr("A triangle has three sides. A square"),
                WelcomePage::tr("Water boils when"),
                WelcomePage::tr("The first step in learning to program is")};
    case FormatId::Chat:
        break;
    }
    return {WelcomePage::tr("Hello! Who are you?"), WelcomePage::tr("What can this program do?"),
            WelcomePage::tr("How do I get Phi-2?"), WelcomePage::tr("What is 17 + 25?")};
}

} // namespace

WelcomePage::WelcomePage(QWidget* parent)
    : QScrollArea(parent), m_column(new QWidget), m_symbol(new QLabel), m_title(new QLabel),
      m_text(new QLabel), m_examples(new QWidget), m_exampleGrid(new QGridLayout(m_examples)),
      m_open(new QPushButton(tr("Open a model…"))), m_howTo(new QLabel) {
    setObjectName(QStringLiteral("welcomePage"));
    setAccessibleName(tr("Welcome"));
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::NoFocus);
    viewport()->setBackgroundRole(QPalette::Base);
    m_title->setObjectName(QStringLiteral("welcomeTitle"));
    m_text->setObjectName(QStringLiteral("welcomeText"));
    m_howTo->setAccessibleName(tr("How to get Phi-2"));
    m_open->setObjectName(QStringLiteral("welcomeOpen"));
    m_open->setIcon(icon(QStringLiteral("open")));
    m_open->setAutoDefault(false);
    for (QLabel* label : {m_title, m_text, m_howTo}) {
        label->setAlignment(Qt::AlignHCenter);
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
    }
    m_howTo->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_symbol->setAlignment(Qt::AlignHCenter);
    m_exampleGrid->setContentsMargins(0, 0, 0, 0);

    // Before what stands under them, for the order of Tab.
    for (int index = 0; index < 4; ++index) {
        auto* button = new ExampleButton;
        button->setObjectName(QStringLiteral("example%1").arg(index));
        m_exampleButtons.append(button);
        m_exampleGrid->addWidget(button, index, 0);
        connect(button, &QPushButton::clicked, this,
                [this, index] { emit exampleChosen(examplesOf(m_format).at(index)); });
    }

    auto* page = new QWidget;
    page->setBackgroundRole(QPalette::Base);
    page->setAutoFillBackground(true);
    auto* across = new QHBoxLayout(page);
    across->addStretch(1);
    across->addWidget(m_column, 100);
    across->addStretch(1);
    auto* down = new QVBoxLayout(m_column);
    down->addStretch(3);
    down->addWidget(m_symbol);
    down->addWidget(m_title);
    down->addWidget(m_text);
    down->addWidget(m_examples);
    down->addWidget(m_howTo);
    down->addWidget(m_open, 0, Qt::AlignHCenter);
    down->addStretch(4);
    setWidget(page);
    connect(m_open, &QPushButton::clicked, this, &WelcomePage::openModelRequested);
    applyLook();
    showTexts();
    keepFocusInSight(this);
}

void WelcomePage::setFormat(const PromptFormat& format) {
    m_format = format;
    showTexts();
}

void WelcomePage::setModel(Model model, const QString& name) {
    m_model = model;
    m_name = name;
    showTexts();
}

void WelcomePage::showTexts() {
    m_title->setText(tr("What shall we talk about?"));
    switch (m_model) {
    case Model::Demo:
        m_text->setText(tr("Phidelity runs Phi-2 on your own machine. Until you open it, a small "
                           "demo model answers: good for a first look, not for facts."));
        break;
    case Model::Own:
        m_text->setText(tr("%1 is ready. Everything stays on this machine.").arg(m_name));
        break;
    case Model::None:
        m_text->setText(tr("Phidelity runs Phi-2 on your own machine. Open a model file to begin, "
                           "or drop one here."));
        break;
    }
    m_howTo->setText(tr("To get Phi-2, download a file such as phi-2.Q4_K_M.gguf (1.8 GB) from "
                        "huggingface.co/TheBloke/phi-2-GGUF, then open it or drop it here."));
    m_howTo->setVisible(m_model != Model::Own);
    m_open->setVisible(m_model != Model::Own);
    const QStringList examples = examplesOf(m_format);
    for (int index = 0; index < m_exampleButtons.size(); ++index) {
        m_exampleButtons[index]->setText(examples.at(index));
        m_exampleButtons[index]->setAccessibleName(tr("Try: %1").arg(examples.at(index)));
    }
    arrangeExamples();
}

void WelcomePage::arrangeExamples() {
    const int columns = viewport()->width() < 110 * gridUnit(this) ? 1 : 2;
    QFont face = m_format.rules().replies == ReplyText::Code ? codeFont(font()) : font();
    for (int index = 0; index < m_exampleButtons.size(); ++index) {
        m_exampleButtons[index]->setFont(face);
        m_exampleGrid->addWidget(m_exampleButtons[index], index / columns, index % columns);
    }
    // In a low window the prompts matter more than the picture.
    m_symbol->setVisible(viewport()->height() > 96 * gridUnit(this));
    m_exampleGrid->setColumnStretch(0, 1);
    m_exampleGrid->setColumnStretch(1, columns > 1 ? 1 : 0);
}

void WelcomePage::applyLook() {
    const int unit = gridUnit(this);
    m_column->layout()->setContentsMargins(6 * unit, 6 * unit, 6 * unit, 6 * unit);
    m_column->layout()->setSpacing(4 * unit);
    m_column->setMaximumWidth(160 * unit);
    m_exampleGrid->setSpacing(2 * unit);
    const int side = 14 * unit;
    m_symbol->setPixmap(programIcon().pixmap(QSize(side, side), devicePixelRatioF()));
    QFont title = scaledFont(font(), 1.6);
    title.setWeight(QFont::DemiBold);
    m_title->setFont(title);
    m_text->setFont(scaledFont(font(), 1.08));
    setTextColor(m_text, palette(), shadesOf(palette()).dimText);
    setTextColor(m_howTo, palette(), shadesOf(palette()).dimText);
    arrangeExamples();
}

void WelcomePage::changeEvent(QEvent* event) {
    QScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::PaletteChange) {
        applyLook();
    }
}

void WelcomePage::resizeEvent(QResizeEvent* event) {
    QScrollArea::resizeEvent(event);
    arrangeExamples();
}

} // namespace phidelity
