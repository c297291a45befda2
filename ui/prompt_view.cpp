// SPDX-License-Identifier: MIT
#include "ui/prompt_view.h"

#include <algorithm>

#include <QClipboard>
#include <QDialogButtonBox>
#include <QEvent>
#include <QGuiApplication>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QVBoxLayout>

#include "chat/token_text.h"
#include "ui/theme.h"
#include "ui/token_view.h"

namespace phidelity {

namespace {

QString sentenceOf(PromptOccasion occasion) {
    switch (occasion) {
    case PromptOccasion::Send:
        return PromptView::tr("This goes to the model when you send what you have written:");
    case PromptOccasion::Continue:
        return PromptView::tr("This goes to the model when you let it continue its last reply:");
    case PromptOccasion::Writing:
        return PromptView::tr("This is what the model has read and written so far:");
    case PromptOccasion::None:
        break;
    }
    return PromptView::tr("Write something in the window: what goes to the model appears here.");
}

QString countsOf(const PromptPreview& preview) {
    if (preview.context == 0) {
        return PromptView::tr("No model is open, so there are no tokens yet.");
    }
    const QLocale locale;
    const auto tokens = static_cast<int>(preview.tokens.size());
    return PromptView::tr("%1 of %2 tokens, %3 of them in the cache, %4 to be read")
        .arg(locale.toString(tokens), locale.toString(preview.context),
             locale.toString(preview.cached), locale.toString(tokens - preview.cached));
}

/// A word on the two grounds that it explains.
QString swatch(const QPalette& palette, bool cached, const QString& word) {
    QString text;
    for (const bool odd : {false, true}) {
        text += QStringLiteral("<span style=\"background:%1\">&nbsp;&nbsp;</span>")
                    .arg(TokenView::ground(palette, cached, odd).name());
    }
    return text + u' ' + word.toHtmlEscaped();
}

QPushButton* addButton(QDialogButtonBox* box, const QString& text, const char* name) {
    QPushButton* button = box->addButton(text, QDialogButtonBox::ActionRole);
    button->setObjectName(QLatin1String(name));
    button->setAutoDefault(false);
    return button;
}

} // namespace

PromptView::PromptView(QWidget* window)
    : QDialog(window), m_occasion(new QLabel), m_counts(new QLabel), m_legend(new QLabel),
      m_warnings(new QLabel), m_tokens(new TokenView), m_token(new QLabel) {
    setObjectName(QStringLiteral("promptView"));
    setWindowTitle(tr("Prompt"));
    setAttribute(Qt::WA_DeleteOnClose);
    m_occasion->setObjectName(QStringLiteral("promptOccasion"));
    m_counts->setObjectName(QStringLiteral("promptCounts"));
    m_warnings->setObjectName(QStringLiteral("promptWarnings"));
    m_token->setObjectName(QStringLiteral("promptToken"));
    for (QLabel* label : {m_occasion, m_counts, m_warnings, m_token}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
    }
    m_warnings->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_legend->setTextFormat(Qt::RichText);
    m_legend->setWordWrap(true);
    auto* buttons = new QDialogButtonBox;
    m_copyText = addButton(buttons, tr("Copy as &Text"), "copyPromptText");
    m_copyIds = addButton(buttons, tr("Copy as &Ids"), "copyPromptIds");
    buttons->addButton(QDialogButtonBox::Close); // in the order of Tab
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(m_occasion);
    layout->addWidget(m_tokens, 1);
    layout->addWidget(m_token);
    layout->addWidget(m_legend);
    layout->addWidget(m_counts);
    layout->addWidget(m_warnings);
    layout->addWidget(buttons);
    connect(m_tokens, &TokenView::currentTokenChanged, this, &PromptView::showToken);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_copyText, &QPushButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(m_preview.prompt); });
    connect(m_copyIds, &QPushButton::clicked, this, [this] {
        QStringList ids;
        for (const PromptToken& token : m_preview.tokens) {
            ids.append(QString::number(token.id));
        }
        QGuiApplication::clipboard()->setText(ids.join(u' '));
    });
    const int unit = gridUnit(window);
    resize(std::min(150 * unit, window->width() - 4 * unit),
           std::min(130 * unit, window->height() - 4 * unit));
    applyLook();
    showPrompt(PromptOccasion::None, {}, {});
    m_tokens->setFocus();
}

void PromptView::showPrompt(PromptOccasion occasion, const PromptPreview& preview,
                            const QList<PromptWarning>& warnings) {
    m_preview = preview;
    m_occasion->setText(sentenceOf(occasion));
    m_counts->setText(countsOf(preview));
    m_counts->setVisible(occasion != PromptOccasion::None);
    if (preview.tokens.isEmpty()) {
        m_tokens->setRaw(preview.prompt);
    } else {
        m_tokens->setTokens(preview.tokens, preview.cached);
    }
    QStringList lines;
    for (const PromptWarning& warning : warnings) {
        lines.append(tr("⚠ %1").arg(warning.sentence));
    }
    m_warnings->setText(lines.join(u'\n'));
    m_warnings->setVisible(!lines.isEmpty());
    m_copyText->setEnabled(!preview.prompt.isEmpty());
    m_copyIds->setEnabled(!preview.tokens.isEmpty());
    m_legend->setVisible(!preview.tokens.isEmpty());
    showToken(m_tokens->currentToken());
}

void PromptView::showToken(int index) {
    if (index < 0 || index >= m_preview.tokens.size()) {
        m_token->clear();
        m_token->hide();
        return;
    }
    const PromptToken& token = m_preview.tokens.at(index);
    const QLocale locale;
    m_token->setText(tr("At the cursor: token %1, id %2: %3")
                         .arg(locale.toString(index + 1), QString::number(token.id),
                              visibleText(token.text).trimmed().replace(u'\n', QString())));
    m_token->show();
    m_tokens->setAccessibleDescription(m_token->text());
}

void PromptView::applyLook() {
    const Shades shades = shadesOf(palette());
    m_tokens->setFont(codeFont(font()));
    for (QLabel* label : {m_counts, m_token, m_legend}) {
        setTextColor(label, palette(), shades.dimText);
    }
    setTextColor(m_warnings, palette(),
                 readableOn(palette().color(QPalette::Window), shades.warning));
    m_legend->setText(swatch(palette(), true, tr("in the cache already")) +
                      QStringLiteral(" &nbsp; ") + swatch(palette(), false, tr("to be read")));
}

void PromptView::changeEvent(QEvent* event) {
    QDialog::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        applyLook();
    }
}

} // namespace phidelity
