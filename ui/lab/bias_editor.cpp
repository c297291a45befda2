// SPDX-License-Identifier: MIT
#include "ui/lab/bias_editor.h"

#include <cmath>
#include <limits>

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include "chat/escaped_text.h"
#include "ui/calm_wheel.h"
#include "ui/icon.h"
#include "ui/theme.h"

namespace phidelity {

namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();
/// The field's lowest value stands for "never".
constexpr double kFieldNever = -100.5;
/// Rows that are shown; a file may hold more.
constexpr qsizetype kMostRows = 100;
constexpr float kNudge = 2;

} // namespace

BiasEditor::BiasEditor(QWidget* parent)
    : QWidget(parent), m_text(new QLineEdit), m_note(new QLabel), m_which(new QComboBox),
      m_rows(new QVBoxLayout) {
    build();
    connect(m_text, &QLineEdit::textChanged, this, &BiasEditor::take);
    take();
    applyLook();
}

void BiasEditor::build() {
    const int unit = gridUnit(this);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(unit);
    m_text->setObjectName(QStringLiteral("biasText"));
    m_text->setPlaceholderText(tr("A word or a text"));
    m_text->setAccessibleName(tr("Text whose tokens get a bias"));
    m_text->setTextMargins(unit, 0, unit, 0);
    layout->addWidget(m_text);
    m_note->setObjectName(QStringLiteral("biasNote"));
    m_note->setTextFormat(Qt::PlainText);
    m_note->setWordWrap(true);
    layout->addWidget(m_note);
    m_which->setObjectName(QStringLiteral("biasWhich"));
    m_which->setAccessibleName(tr("Which of the tokens"));
    m_which->addItems({tr("The first token only"), tr("Every one of the tokens")});
    // Wider than the panel it would push everything beside it out of sight.
    m_which->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_which->setMinimumContentsLength(8);
    ignoreWheelWithoutFocus(m_which);
    layout->addWidget(m_which);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(unit);
    const std::tuple<const char*, QString, float> adds[] = {
        {"biasMore", tr("Likelier"), kNudge},
        {"biasLess", tr("Less likely"), -kNudge},
        {"biasNever", tr("Never"), kNever},
    };
    for (const auto& [name, text, bias] : adds) {
        auto* button = new QPushButton(text);
        button->setObjectName(QLatin1String(name));
        button->setAutoDefault(false);
        button->setMinimumWidth(1);
        connect(button, &QPushButton::clicked, this, [this, bias = bias] { addTyped(bias); });
        m_adds.append(button);
        buttons->addWidget(button, 1);
    }
    layout->addLayout(buttons);
    m_rows->setSpacing(unit / 2);
    layout->addLayout(m_rows);
}

void BiasEditor::take() {
    m_tokens.clear();
    QString problem;
    const std::optional<QString> text = unescapedText(m_text->text(), &problem);
    m_typed = text.value_or(QString());
    if (!text) {
        explain(problem);
    } else if (text->isEmpty()) {
        explain(
            tr("Inside a text most words begin with a space: type one before the word. \\n is a "
               "line\u2019s end."));
    } else {
        explain(tr("Looking for its tokens\u2026"));
        emit tokensRequested(*text);
    }
}

void BiasEditor::explain(const QString& sentence) {
    m_note->setText(sentence);
    m_which->setVisible(m_tokens.size() > 1);
    for (QPushButton* button : std::as_const(m_adds)) {
        button->setEnabled(!m_tokens.isEmpty());
    }
}

void BiasEditor::showTokens(const QString& text, const QList<BiasToken>& tokens) {
    if (text != m_typed || text.isEmpty()) {
        return;
    }
    m_tokens = tokens;
    for (const BiasToken& token : tokens) {
        m_texts.insert(token.id, token.text);
    }
    if (tokens.isEmpty()) {
        explain(tr("No model is open that could say which tokens these are."));
    } else if (tokens.size() == 1) {
        explain(tr("One token: \u201c%1\u201d, number %2.")
                    .arg(tokens.front().text)
                    .arg(tokens.front().id));
    } else {
        QStringList texts;
        for (const BiasToken& token : tokens) {
            texts.append(QStringLiteral("\u201c%1\u201d").arg(token.text));
        }
        explain(tr("%1 tokens: %2. A bias changes single tokens, wherever they come: other words "
                   "may begin with the same one.")
                    .arg(tokens.size())
                    .arg(texts.join(QStringLiteral(", "))));
    }
}

void BiasEditor::addTyped(float bias) {
    const bool first = m_which->currentIndex() == 0;
    const QList<BiasToken> tokens = m_tokens;
    for (const BiasToken& token : first ? tokens.first(1) : tokens) {
        add(token.id, bias);
    }
    m_text->clear();
    emit changed();
}

void BiasEditor::add(quint32 id, float bias) {
    QList<QPair<quint32, float>> changed = m_bias;
    changed.removeIf([id](const auto& entry) { return entry.first == id; });
    changed.append({id, bias});
    setBias(changed);
}

void BiasEditor::setBias(const QList<QPair<quint32, float>>& bias) {
    if (m_bias == bias) {
        return;
    }
    const auto sameIds = [&] {
        return m_bias.size() == bias.size() &&
               std::equal(m_bias.begin(), m_bias.end(), bias.begin(),
                          [](const auto& a, const auto& b) { return a.first == b.first; });
    };
    const bool keepRows = sameIds();
    m_bias = bias;
    if (!keepRows) {
        rebuild();
        return;
    }
    const QList<QDoubleSpinBox*> fields = findChildren<QDoubleSpinBox*>();
    for (qsizetype index = 0; index < std::min(fields.size(), bias.size()); ++index) {
        const QSignalBlocker quiet(fields.at(index));
        const float value = bias.at(index).second;
        fields.at(index)->setValue(std::isinf(value) ? kFieldNever : static_cast<double>(value));
    }
}

void BiasEditor::setTexts(const QMap<quint32, QString>& texts) {
    bool news = false;
    for (const auto& [id, text] : texts.asKeyValueRange()) {
        news = news || m_texts.value(id) != text;
        m_texts.insert(id, text);
    }
    if (news) {
        rebuild();
    }
}

void BiasEditor::rebuild() {
    while (QLayoutItem* item = m_rows->takeAt(0)) {
        // Not at once: it may be one of its buttons that has led here.
        item->widget()->hide();
        item->widget()->setParent(nullptr);
        item->widget()->deleteLater();
        delete item;
    }
    for (qsizetype index = 0; index < std::min(m_bias.size(), kMostRows); ++index) {
        m_rows->addWidget(buildRow(index));
    }
    if (m_bias.size() > kMostRows) {
        m_rows->addWidget(new QLabel(tr("and %1 more").arg(m_bias.size() - kMostRows)));
    }
}

QWidget* BiasEditor::buildRow(qsizetype index) {
    const auto [id, bias] = m_bias.at(index);
    const QString text = m_texts.value(id, tr("token %1").arg(id));
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(gridUnit(this));
    auto* name = new QLabel(text);
    name->setObjectName(QStringLiteral("biasToken%1").arg(id));
    name->setTextFormat(Qt::PlainText);
    name->setFont(codeFont(font()));
    name->setToolTip(tr("Token %1").arg(id));
    auto* value = new QDoubleSpinBox;
    value->setObjectName(QStringLiteral("bias%1").arg(id));
    value->setAccessibleName(tr("Bias of %1").arg(text));
    value->setRange(kFieldNever, 100);
    value->setSingleStep(0.5);
    value->setSpecialValueText(tr("Never"));
    value->setKeyboardTracking(false);
    value->setAlignment(Qt::AlignRight);
    value->setValue(std::isinf(bias) ? kFieldNever : static_cast<double>(bias));
    ignoreWheelWithoutFocus(value);
    auto* remove = new QToolButton;
    remove->setObjectName(QStringLiteral("biasRemove%1").arg(id));
    remove->setIcon(icon(QStringLiteral("close")));
    remove->setAutoRaise(true);
    remove->setFocusPolicy(Qt::StrongFocus);
    remove->setAccessibleName(tr("Remove the bias of %1").arg(text));
    remove->setToolTip(remove->accessibleName());
    layout->addWidget(name, 1);
    layout->addWidget(value);
    layout->addWidget(remove);
    connect(value, &QDoubleSpinBox::valueChanged, this, [this, id = id](double now) {
        for (auto& [each, amount] : m_bias) {
            if (each == id) {
                amount = now <= kFieldNever ? kNever : static_cast<float>(now);
            }
        }
        emit changed();
    });
    connect(remove, &QToolButton::clicked, this, [this, id = id] {
        QList<QPair<quint32, float>> less = m_bias;
        less.removeIf([id](const auto& entry) { return entry.first == id; });
        setBias(less);
        emit changed();
    });
    return row;
}

void BiasEditor::applyLook() {
    setTextColor(m_note, palette(), shadesOf(palette()).dimText);
}

void BiasEditor::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        applyLook();
    }
}

} // namespace phidelity
