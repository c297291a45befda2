// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include <QList>
#include <QMetaType>
#include <QString>
#include <QStringList>

#include "chat/generation_record.h"
#include "chat/generation_settings.h"
#include "engine/preview_messages.h"
#include "engine/token_detail.h"

namespace phidelity {

/// Names a request; answers carry it, and answers to an old id are dropped by the receiver.
using RequestId = quint64;

/// The one thing both threads touch: a queued message cannot reach a worker that is busy
/// generating.
using SharedStop = std::shared_ptr<std::atomic<bool>>;

// ---- To the engine
// -------------------------------------------------------------------------------------------

/// A device that a user picked. The name finds it again where its number has changed; without one,
/// what the id says is taken as it is.
struct DevicePick {
    QString id = QStringLiteral("auto");
    QString name;
    /// Layers of a model that do not fit there may run on the processor.
    bool sharesWithCpu = false;
    bool operator==(const DevicePick&) const = default;
};

struct OpenModelRequest {
    RequestId id = 0;
    QString path; ///< file or folder; empty = the embedded demo model
    QString device = QStringLiteral("auto");
    int threads = 0; ///< 0 = automatic
    SharedStop stop;
    QString deviceName;         ///< of a device picked at another time: see DevicePick
    int context = 0;            ///< tokens to make room for; 0 = the model's own
    bool sharesWithCpu = false; ///< see DevicePick
};

struct GenerateRequest {
    RequestId id = 0;
    QString prompt;    ///< exact text; special tokens are off
    QStringList stops; ///< beside those of the settings
    GenerationSettings settings;
    /// Candidates kept per token. More than 0 switches details on, for which the device gives the
    /// logits of the whole vocabulary.
    int alternatives = 0;
    /// Tokens that must be free behind the prompt; with fewer it is refused: EngineFailed::prompt.
    int room = 1;
    SharedStop stop;
    /// The record of the reply that this one continues: it goes on with that one's seed, whatever
    /// the settings say, at the place in the stream of random numbers where it ended, and with its
    /// very tokens where `prompt` is still their text. So a reply that was stopped and continued
    /// comes out as it would have come at once.
    std::optional<GenerationRecord> continues;
    /// If there are any: the exact tokens that the reply follows, in place of `prompt`. A branch
    /// from the middle of a text that was computed finds all but the last in the cache.
    QList<quint32> promptTokens{};
};

// ---- From the engine
// -----------------------------------------------------------------------------------------

struct TokenTexts; // engine/token_messages.h

struct ModelOpening {
    RequestId id = 0;
    double fraction = 0; ///< 0..1
};

struct ModelOpened {
    RequestId id = 0;
    QString path;         ///< as asked for
    QString name;         ///< "Phi-2"
    QString types;        ///< "Q4_K + Q6_K"
    QString device;       ///< "AMD EPYC 7763 (2 threads, AVX2)"; of a shared model both
    QString deviceReason; ///< why this one: "no GPU can be used: ..."
    int context = 0;      ///< tokens
    qint64 weightBytes = 0;
    qint64 parameters = 0;
    double loadMs = 0;
    bool embedded = false; ///< the demo model
    QString notice;        ///< a sentence that the user should read; mostly empty
    /// What its tokens say, for those who show ids that were kept.
    std::shared_ptr<const TokenTexts> texts{};
};

struct DeviceEntry {
    QString id;             ///< "vulkan:0"
    QString name;           ///< "AMD Radeon RX 7800 XT"
    QString kind;           ///< "graphics card"; empty where there is no device behind it
    QString driver;         ///< may be empty
    quint64 memory = 0;     ///< bytes
    quint64 memoryFree = 0; ///< bytes; 0 = not known
    QString fits;           ///< what it has room for: ends a sentence
    QString reason;         ///< why it cannot be used, or what it is: ends a sentence
    bool usable = false;
};

struct DevicesListed {
    QList<DeviceEntry> devices; ///< the preferred first
    QString automatic;          ///< id of the one that "auto" takes
    QString automaticReason;
};

/// The device failed and the model was loaded again, there or on the CPU. Conversations go on;
/// answers to no request.
struct ModelMoved {
    QString sentence;    ///< what happened, where it goes on, what the reader can do
    QString detail;      ///< the error
    bool closed = false; ///< it could be loaded nowhere: no model is open
    ModelOpened model;   ///< as it is now, with the id of the request that opened it
};

/// A request that failed. The engine lives on, and the model that was open stays open unless
/// `modelClosed` says otherwise.
struct EngineFailed {
    RequestId id = 0;
    QString sentence; ///< what happened and what the reader can do
    QString detail;   ///< field, expected, found
    bool modelClosed = false;
    int fittingContext = 0; ///< of a model that was too large: it would fit with this; 0 = none
    int fittingLayers = 0;  ///< likewise with so many of its layers there, the rest on the CPU
    int layers = 0;         ///< of that model
    PromptPreview prompt{}; ///< that leaves too little room in the context; else without context
};

struct PromptProgress {
    RequestId id = 0;
    int done = 0; ///< tokens
    int total = 0;
};

/// Sent about 30 times a second at most, not per token. Only complete characters.
struct TextArrived {
    RequestId id = 0;
    QString text;
    int tokens = 0;      ///< generated so far
    int contextUsed = 0; ///< prompt and reply, tokens
    double tokensPerSecond = 0;
    double firstTokenMs = 0;      ///< from the request to the first token
    QList<TokenDetail> details{}; ///< of the tokens since the last message, where asked for
};

enum class EndReason {
    EndOfText,
    StopString,
    MaxTokens,
    ContextFull,
    Stopped,
    Interrupted ///< by an error, told in GenerationEnded::problem
};

struct ReplyToken {
    quint32 id = 0;
    QString text; ///< printable label
    float logprob = 0;
    QList<TokenAlternative> alternatives;
};

struct GenerationEnded {
    RequestId id = 0;
    EndReason reason = EndReason::Stopped;
    QString text;     ///< all that was shown
    QString cut;      ///< what a stop rule cut off; can be brought back
    quint64 seed = 0; ///< the one used
    int promptTokens = 0;
    int reusedTokens = 0; ///< of the prompt, already in the cache
    int generatedTokens = 0;
    int contextUsed = 0;
    double promptMs = 0;
    double generateMs = 0;
    double firstTokenMs = 0;
    QList<ReplyToken> tokens;
    QString problem; ///< of an interrupted reply: a sentence
    /// All that is needed to run it again. Its modelSha256 may be empty: the hash of a large file
    /// follows as ReplyModelHashed.
    GenerationRecord record;
    QList<TokenDetail> details{}; ///< as many as `tokens`, where asked for
};

/// Registers all messages of the engine for queued connections; call once before connecting.
void registerEngineMessages();

} // namespace phidelity

Q_DECLARE_METATYPE(phidelity::OpenModelRequest)
Q_DECLARE_METATYPE(phidelity::GenerateRequest)
Q_DECLARE_METATYPE(phidelity::ModelOpening)
Q_DECLARE_METATYPE(phidelity::ModelOpened)
Q_DECLARE_METATYPE(phidelity::DevicePick)
Q_DECLARE_METATYPE(phidelity::DevicesListed)
Q_DECLARE_METATYPE(phidelity::ModelMoved)
Q_DECLARE_METATYPE(phidelity::EngineFailed)
Q_DECLARE_METATYPE(phidelity::PromptProgress)
Q_DECLARE_METATYPE(phidelity::TextArrived)
Q_DECLARE_METATYPE(phidelity::GenerationEnded)
