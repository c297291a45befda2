// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QList>
#include <QMetaType>
#include <QString>

namespace phidelity {

/// Of what tokens is this prompt made? Of several that wait only the last is answered.
struct PromptPreviewRequest {
    quint64 id = 0;
    QString prompt; ///< exact text, as in GenerateRequest
    /// Of a reply that goes on from a record: its prompt's tokens and those that were drawn. They
    /// are taken where they still say the text, as generate() takes them.
    QList<quint32> recorded;
};

struct PromptToken {
    quint32 id = 0;
    QByteArray text; ///< its bytes, which may be a part of a character; of a special token its name
    bool special = false; ///< a control token, such as the end of the text

    bool operator==(const PromptToken&) const = default;
};

struct PromptPreview {
    quint64 id = 0;
    QString prompt;            ///< as asked for
    QList<PromptToken> tokens; ///< exactly those that generate() would compute; no model, no tokens
    int cached = 0;  ///< so many of the first ones need not be computed; never the last one
    int context = 0; ///< tokens that the model holds, prompt and reply; 0 = no model is open
};

} // namespace phidelity

Q_DECLARE_METATYPE(phidelity::PromptPreviewRequest)
Q_DECLARE_METATYPE(phidelity::PromptPreview)
