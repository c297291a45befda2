// SPDX-License-Identifier: MIT
#pragma once

#include <QPlainTextEdit>

#include "engine/preview_messages.h"

namespace phidelity {

/// Tokens one behind the other, each on a ground that differs from its neighbours' and with nothing
/// hidden (visibleText). Those that the cache holds already stand on grounds of another colour. A
/// cursor moves over them by keys and mouse; what is selected is copied as the text itself.
class TokenView : public QPlainTextEdit {
    Q_OBJECT

public:
    explicit TokenView(QWidget* parent = nullptr);

    /// The first `cached` ones are in the cache. The place in sight stays, or the end.
    void setTokens(const QList<PromptToken>& tokens, int cached);
    /// Text that has not been made tokens, without grounds.
    void setRaw(const QString& text);
    /// The one at the cursor; -1 where there are none.
    [[nodiscard]] int currentToken() const;

    /// The grounds of tokens, for those who explain them: cached or not, and every other one.
    [[nodiscard]] static QColor ground(const QPalette& palette, bool cached, bool odd);

signals:
    void currentTokenChanged(int index);

protected:
    QMimeData* createMimeDataFromSelection() const override;
    void changeEvent(QEvent* event) override;

private:
    void rebuild();
    [[nodiscard]] int tokenAt(int position) const;

    QList<PromptToken> m_tokens;
    QList<int> m_begins; ///< of each token, its position in the document
    int m_cached = 0;
    QString m_raw;
};

} // namespace phidelity
