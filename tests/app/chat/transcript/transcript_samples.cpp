// SPDX-License-Identifier: MIT
#include "transcript_samples.h"

#include <limits>

namespace phidelity {

namespace {

constexpr qint64 kBegin = 1'790'000'000'000; // 2026-09-21

Message said(Speaker speaker, const QString& text) {
    Message message;
    message.speaker = speaker;
    message.text = text;
    if (speaker == Speaker::Model) {
        message.author = QStringLiteral("phi-2");
    }
    return message;
}

GenerationRecord record() {
    GenerationRecord record;
    record.modelName = QStringLiteral("phi-2");
    record.modelTypes = QStringLiteral("Q4_0");
    record.modelSha256 = QString(64, u'a');
    record.device = QStringLiteral("cpu");
    record.deviceName = QStringLiteral("CPU, 2 threads, AVX2");
    record.build = QStringLiteral("0.1.0");
    record.threads = 2;
    record.settings.seed = 18446744073709551615ULL;
    record.settings.stageOrder = {QStringLiteral("top_k"), QStringLiteral("temperature")};
    record.stops = {QStringLiteral("\nAlice:")};
    record.prompt = {1, 2, 3};
    record.given = {-0.75F};
    record.chunks = {{.rows = 3, .kept = 3}, {.times = 2}};
    record.alternativesAsked = 1;
    record.randomPosition = 7;
    record.mirostatAfter = 0.5F;
    record.tokens = {10, 11};
    record.logprobs = {-0.25F, -1.5F};
    record.alternatives = {{{12, -1.75F}}, {{13, -std::numeric_limits<float>::infinity()}}};
    record.reason = QStringLiteral("stop_string");
    record.reusedTokens = 1;
    record.promptMs = 120.5;
    record.generateMs = 400;
    record.firstTokenMs = 220.25;
    record.startedMs = kBegin;
    return record;
}

QString randomText(QRandomGenerator& random) {
    static const QStringList hostile = hostileTexts();
    QString text;
    const int pieces = random.bounded(4);
    for (int piece = 0; piece < pieces; ++piece) {
        if (random.bounded(3) == 0) {
            text += hostile.at(random.bounded(static_cast<int>(hostile.size()))).left(200);
        } else {
            const int length = random.bounded(40);
            for (int at = 0; at < length; ++at) {
                text += QChar(static_cast<char16_t>(random.bounded(0x10000)));
            }
        }
    }
    return text;
}

float randomLogprob(QRandomGenerator& random) {
    switch (random.bounded(20)) {
    case 0:
        return -std::numeric_limits<float>::infinity();
    case 1:
        return -0.0F;
    case 2:
        return std::numeric_limits<float>::denorm_min();
    default:
        return static_cast<float>(-30 * random.generateDouble());
    }
}

GenerationRecord randomRecord(QRandomGenerator& random) {
    GenerationRecord one = record();
    one.modelName = randomText(random);
    one.settings.seed = random.generate64();
    one.settings.temperature = 0.1 + random.generateDouble();
    one.tokens.clear();
    one.logprobs.clear();
    one.alternatives.clear();
    const int tokens = random.bounded(6);
    for (int at = 0; at < tokens; ++at) {
        one.tokens.append(random.generate());
        one.logprobs.append(randomLogprob(random));
        one.alternatives.append(
            QList{RecordedAlternative{random.generate(), randomLogprob(random)}});
    }
    one.given.clear();
    for (int given = random.bounded(3); given > 0; --given) {
        one.given.append(randomLogprob(random));
    }
    one.generateMs = random.generateDouble() * 1e6;
    one.startedMs = static_cast<qint64>(random.bounded(1e15));
    return one;
}

PromptFormat randomFormat(QRandomGenerator& random) {
    if (random.bounded(3) > 0) {
        return kFormats[random.bounded(4)];
    }
    FormatRules rules;
    rules.name = QStringLiteral("Own %1").arg(random.bounded(3));
    if (random.bounded(2) == 0) {
        rules.opening = randomText(random);
        rules.userPrefix = randomText(random).left(40);
        rules.replyPrefix = randomText(random).left(40);
        rules.stops = {QStringLiteral("\n") + randomText(random).left(40)};
        rules.userText = static_cast<UserText>(random.bounded(3));
        rules.replies = static_cast<ReplyText>(random.bounded(3));
    }
    return PromptFormat::own(rules);
}

ConversationSetup randomSetup(QRandomGenerator& random) {
    ConversationSetup setup;
    if (random.bounded(2) == 0) {
        setup.settings = GenerationSettings();
        setup.settings->seed = random.generate64();
        setup.settings->topP = 0.1 + 0.9 * random.generateDouble();
        setup.settings->extraStops = {QStringLiteral("s") + randomText(random)};
    }
    if (random.bounded(2) == 0) {
        setup.plan = {static_cast<NodeId>(random.bounded(20)), randomText(random),
                      static_cast<ContextHabit>(random.bounded(3))};
    }
    return setup;
}

} // namespace

Transcript smallTranscript() {
    Transcript transcript;
    Conversation& conversation = transcript.conversation;
    conversation.info.id = QStringLiteral("6f1d8f0e-2c1a-4c57-9f3e-0a7f6f0f7b11");
    conversation.info.title = QStringLiteral("Roots & <powers>");
    conversation.info.createdMs = kBegin;
    const NodeId question = conversation.add(
        0, said(Speaker::User, QStringLiteral("What is 2**10?\nAnd its root?")), kBegin + 1000);
    const NodeId answer = conversation.add(
        question,
        said(
            Speaker::Model,
            QStringLiteral(" It is **1024**, and $\\sqrt{1024} = 32$.\n\n| n | 2^n |\n|--:|----:|\n"
                           "| 9 | 512 |\n| 10 | 1024 |\n\n```python\nprint(2 ** 10)  # <b>\n```\n\n"
                           "- one\n- two")),
        kBegin + 2000);
    const NodeId more = conversation.add(
        answer, said(Speaker::User, QStringLiteral("More <b>please</b>")), kBegin + 3000);
    Message cut = said(Speaker::Model, QStringLiteral(" The next one"));
    cut.state = MessageState::Stopped;
    const NodeId first = conversation.add(more, cut, kBegin + 4000);
    conversation.add(more, said(Speaker::Model, QStringLiteral(" 2048 comes next.")),
                     kBegin + 5000);
    conversation.show(first);
    transcript.records.insert(answer, {record()});
    return transcript;
}

Transcript codeTranscript() {
    Transcript transcript;
    Conversation& conversation = transcript.conversation;
    conversation.info.title = QStringLiteral("Squares");
    conversation.info.format = FormatId::Code;
    Message prompt = said(Speaker::User, QStringLiteral("def square(x):\n    \"\"\"x * x\"\"\""));
    prompt.format = FormatId::Code;
    Message body = said(Speaker::Model, QStringLiteral("    return x * x\n"));
    body.format = FormatId::Code;
    const NodeId asked = conversation.add(0, prompt, 0);
    conversation.add(asked, body, 0);
    return transcript;
}

Transcript randomTranscript(QRandomGenerator& random, int messages) {
    QList<MessageNode> nodes;
    Transcript transcript;
    NodeId id = 0;
    for (int at = 0; at < messages; ++at) {
        MessageNode node;
        const int before = static_cast<int>(nodes.size());
        node.parent = before == 0 || random.bounded(20) == 0
                          ? 0
                          : nodes.at(before - 1 - random.bounded(qMin(before, 3))).id;
        id += 1 + static_cast<NodeId>(random.bounded(3));
        node.id = id;
        node.createdMs = static_cast<qint64>(random.bounded(1e15));
        node.shown = random.bounded(2) == 0 ? 0 : static_cast<NodeId>(random.bounded(messages * 2));
        node.message =
            said(random.bounded(2) == 0 ? Speaker::User : Speaker::Model, randomText(random));
        node.message.format = randomFormat(random);
        node.message.cut = random.bounded(4) == 0 ? randomText(random) : QString();
        constexpr MessageState kEnded[] = {MessageState::Complete,      MessageState::Stopped,
                                           MessageState::LengthReached, MessageState::ContextFull,
                                           MessageState::TurnCut,       MessageState::Failed,
                                           MessageState::Interrupted};
        node.message.state = kEnded[random.bounded(7)];
        node.message.problem = random.bounded(4) == 0 ? randomText(random) : QString();
        nodes.append(node);
        const int records = random.bounded(3);
        for (int count = 0; count < records; ++count) {
            transcript.records[id].append(randomRecord(random));
        }
    }
    ConversationInfo info;
    info.id = randomText(random);
    info.title = randomText(random);
    info.folder = randomText(random);
    info.draft = randomText(random);
    info.pinned = random.bounded(2) == 0;
    info.createdMs = static_cast<qint64>(random.bounded(1e15));
    info.changedMs = static_cast<qint64>(random.bounded(1e15));
    info.format = randomFormat(random);
    info.firstShown = static_cast<NodeId>(random.bounded(10));
    info.contextUsed = random.bounded(2048);
    transcript.conversation = Conversation(info, nodes);
    transcript.conversation.setup = randomSetup(random);
    return transcript;
}

QStringList hostileTexts() {
    QString controls;
    for (char16_t c = 0; c < 0x20; ++c) {
        controls += QChar(c);
    }
    controls += QStringLiteral("\u007F\u0080\u009B31m\u2028\u2029\uFFFE\uFFFF");
    QString halves = QStringLiteral("a");
    halves += QChar(0xD800);
    halves += u'b';
    halves += QChar(0xDFFF);
    halves += QChar(0xDBFF);
    return {
        QStringLiteral("<script>alert('x')</script><img src=http://127.0.0.1:9/x onerror=a()>"),
        QStringLiteral("]]> <![CDATA[ <!-- --> &amp; &#0; & < > \" ' </style></title></textarea>"),
        QStringLiteral("![pixel](http://127.0.0.1:9/p.png) [a](javascript:alert(1)) "
                       "<https://example.org> [b](smb://host/share) \\![x](y) \\\\<b>"),
        controls,
        halves,
        QStringLiteral("\u202Eevil\u202C \u2066x\u2069 \U000E0041\U000E007F "
                       "\u200F\u05E9\u05DC\u05D5\u05DD \u0645\u0631\u062D\u0628\u0627"),
        QStringLiteral(
            "\U0001F469\u200D\U0001F469\u200D\U0001F467\U0001F1E9\U0001F1EA\u2764\uFE0F"),
        QStringLiteral("```python\nprint('never closed')\n"),
        QStringLiteral("# Heading\n## 3. User\n# Branch 2: another version of message 1 of branch "
                       "1\n*(Stopped by the user.)*\n\\*(x\n## 4. Model ##\n---\n"),
        QStringLiteral(
            "> a\n> > b\n\n1. x\n   - y\n\n| a | b |\n|---|---|\n| `|` | **c** |\n\n~~~\n"
            "```\n~~~\n`` ` `<b>` ``"),
        QStringLiteral("$\\frac{1}{2$ $5 and $7 \\(x_{\\) $$\\begin{matrix}$$ $a<b$ $\\sqrt{x}$"),
        QStringLiteral("\r\nline\rline\n\r\n  \t trailing  \n"),
        QString(QStringLiteral("x")).repeated(1 << 20),
        QString(QStringLiteral("> ")).repeated(10'000) + u'x',
        QString(QStringLiteral("*_`[")).repeated(2'000),
        QStringLiteral("|") + QString(QStringLiteral("a|")).repeated(5'000) +
            QStringLiteral("\n|") + QString(QStringLiteral("-|")).repeated(5'000),
        QString(),
        QStringLiteral("   "),
    };
}

Transcript transcriptOf(const QStringList& texts) {
    Transcript transcript;
    transcript.conversation.info.title = QStringLiteral("Hostile");
    NodeId parent = 0;
    for (const QString& text : texts) {
        const Speaker speaker =
            transcript.conversation.nodes().size() % 2 == 0 ? Speaker::User : Speaker::Model;
        parent = transcript.conversation.add(parent, said(speaker, text), 0);
    }
    return transcript;
}

} // namespace phidelity
