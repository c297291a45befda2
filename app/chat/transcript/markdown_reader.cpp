// SPDX-License-Identifier: MIT
#include <QRegularExpression>

#include "chat/transcript/fence_scanner.h"
#include "chat/transcript/import_limits.h"
#include "chat/transcript/markdown_marks.h"
#include "chat/transcript/readers.h"
#include "chat/transcript/safe_markdown.h"

namespace phidelity {

namespace {

/// A message as it was found: who, and its lines.
struct Piece {
    Speaker speaker = Speaker::User;
    QString author;
    QStringList lines;
};

void dropBlankEnds(QStringList& lines) {
    while (!lines.isEmpty() && lines.first().trimmed().isEmpty()) {
        lines.removeFirst();
    }
    while (!lines.isEmpty() && lines.last().trimmed().isEmpty()) {
        lines.removeLast();
    }
}

/// Puts `text` behind `parent`; 0 and a count where it is too long.
NodeId addMessage(Conversation& conversation, NodeId parent, const Message& message,
                  ImportReport* report) {
    if (message.text.size() > kLongestText) {
        report->leaveOut(tooLongMessages());
        return 0;
    }
    if (conversation.nodes().size() >= kMostMessages) {
        report->leaveOut(QStringLiteral("messages behind the first %1").arg(kMostMessages));
        return 0;
    }
    return conversation.add(parent, message, conversation.info.createdMs);
}

// ---- Our own export ----

/// Whether toMarkdown() parted the lines of a text.
enum class HardBreaks { None, Added };

/// Takes back what toMarkdown() did to a text's lines.
QStringList unguarded(const QStringList& lines, HardBreaks breaks) {
    QStringList out;
    out.reserve(lines.size());
    FenceScanner fences;
    for (qsizetype at = 0; at < lines.size(); ++at) {
        QString line = lines.at(at);
        const FenceScanner::Line kind = fences.take(line);
        const bool goesOn = at + 1 < lines.size() && !lines.at(at + 1).trimmed().isEmpty();
        if (breaks == HardBreaks::Added && kind == FenceScanner::Line::Text && goesOn &&
            line.endsWith(kHardBreak)) {
            line.chop(kHardBreak.size());
        }
        int number = 0;
        int row = 0;
        int from = 0;
        QString name;
        if (line.endsWith(kHeadingClose) && (readMessageHeading(line, &number, &name) ||
                                             readBranchHeading(line, &number, &row, &from))) {
            line.chop(kHeadingClose.size());
        }
        qsizetype backslashes = 0;
        while (backslashes < line.size() && line.at(backslashes) == u'\\') {
            ++backslashes;
        }
        if (backslashes > 0 && QStringView(line).mid(backslashes).startsWith(kMarkdownNote)) {
            line.remove(0, (backslashes + 1) / 2);
        }
        const bool added = at + 1 == lines.size() && kind == FenceScanner::Line::Closes &&
                           line.endsWith(kAddedFence);
        if (!added) {
            out.append(line);
        }
    }
    return out;
}

/// The code of a text that is one fence of Python; false where it is not.
bool unwrapCode(const QStringList& lines, QString* code) {
    if (lines.size() < 2) {
        return false;
    }
    FenceScanner fences;
    if (fences.take(lines.first()) != FenceScanner::Line::Opens ||
        fences.language() != QLatin1String("python")) {
        return false;
    }
    for (qsizetype at = 1; at < lines.size(); ++at) {
        if ((fences.take(lines.at(at)) == FenceScanner::Line::Closes) != (at + 1 == lines.size())) {
            return false;
        }
    }
    *code = lines.mid(1, lines.size() - 2).join(u'\n');
    return true;
}

class OwnReader {
public:
    OwnReader(Transcript* transcript, ImportReport* report)
        : m_conversation(transcript->conversation), m_report(report) {}

    void read(const QStringList& lines) {
        for (const QString& line : lines) {
            takeLine(line);
        }
        finishMessage();
        // The branch that was shown comes first in the file.
        if (!m_strands.first().isEmpty()) {
            m_conversation.show(m_strands.first().last());
        }
    }

private:
    void takeLine(const QString& line) {
        int number = 0;
        int row = 0;
        int from = 0;
        QString name;
        const bool closed = line.endsWith(kHeadingClose) || line.endsWith(QLatin1String(" ##  "));
        if (!closed && readBranchHeading(line, &number, &row, &from)) {
            finishMessage();
            beginStrand(row, from);
        } else if (!closed && readMessageHeading(line, &number, &name)) {
            finishMessage();
            m_open = true;
            const bool user = name == QLatin1String("User");
            m_piece = {user ? Speaker::User : Speaker::Model,
                       user ? QString() : rearmMarkdown(name).left(kLongestName),
                       {}};
        } else if (m_open) {
            m_piece.lines.append(line);
        }
    }

    void beginStrand(int row, int from) {
        // Another version of the first message has nothing before it.
        const qsizetype before = row - 1 - m_starts.value(from - 1, 1);
        m_parent = m_strands.value(from - 1).value(before, 0);
        m_strands.append(QList<NodeId>());
        m_starts.append(row);
    }

    void finishMessage() {
        if (!m_open) {
            return;
        }
        m_open = false;
        QStringList& lines = m_piece.lines;
        dropFrame(lines);
        while (lines.size() >= 2 && lines.last().startsWith(kMarkdownNote) &&
               lines.at(lines.size() - 2).isEmpty()) {
            lines.removeLast();
            lines.removeLast();
        }
        Message message;
        message.speaker = m_piece.speaker;
        message.author = m_piece.author == QLatin1String("Model") ? QString() : m_piece.author;
        message.format = m_conversation.info.format;
        QString code;
        if (message.format == FormatId::Code) {
            const QStringList plain = unguarded(lines, HardBreaks::None);
            message.text = rearmMarkdown(unwrapCode(plain, &code) ? code : plain.join(u'\n'));
        } else {
            const bool plain = textOf(message) == MessageText::Plain;
            message.text = rearmMarkdown(
                unguarded(lines, plain ? HardBreaks::Added : HardBreaks::None).join(u'\n'));
        }
        const NodeId id = addMessage(m_conversation, m_parent, message, m_report);
        m_parent = id == 0 ? m_parent : id;
        m_strands.last().append(m_parent);
    }

    /// The empty line behind the heading and the ones before the next heading.
    static void dropFrame(QStringList& lines) {
        if (!lines.isEmpty() && lines.first().isEmpty()) {
            lines.removeFirst();
        }
        if (!lines.isEmpty() && lines.last().isEmpty()) {
            lines.removeLast();
        }
    }

    Conversation& m_conversation;
    ImportReport* m_report;
    Piece m_piece;
    bool m_open = false;
    NodeId m_parent = 0;
    QList<QList<NodeId>> m_strands{QList<NodeId>()};
    QList<int> m_starts{1};
};

// ---- Of other programs ----

/// Who speaks under this name; false where it names nobody we know.
bool speakerOf(const QString& name, Speaker* speaker) {
    static const QStringList users{QStringLiteral("user"),     QStringLiteral("you"),
                                   QStringLiteral("human"),    QStringLiteral("me"),
                                   QStringLiteral("question"), QStringLiteral("prompt"),
                                   QStringLiteral("you said")};
    static const QStringList models{
        QStringLiteral("assistant"),    QStringLiteral("ai"),      QStringLiteral("model"),
        QStringLiteral("bot"),          QStringLiteral("chatgpt"), QStringLiteral("gpt"),
        QStringLiteral("claude"),       QStringLiteral("gemini"),  QStringLiteral("llama"),
        QStringLiteral("phi"),          QStringLiteral("phi-2"),   QStringLiteral("answer"),
        QStringLiteral("chatgpt said"), QStringLiteral("response")};
    const QString key = name.trimmed().toLower();
    *speaker = users.contains(key) ? Speaker::User : Speaker::Model;
    return users.contains(key) || models.contains(key);
}

/// "## User", "### Assistant:", "**User:** text", "**Assistant**: text", "User: text" is none.
bool readSpeakerLine(const QString& line, Piece* piece) {
    static const QRegularExpression heading(
        QStringLiteral("^#{1,6} +(?:[0-9]{1,9}\\. *)?\\**([^*#:]{1,40}?):?\\**:?[ #]*$"));
    static const QRegularExpression bold(
        QStringLiteral("^(?:\\*\\*|__)([^*_:]{1,40})(?::(?:\\*\\*|__)|(?:\\*\\*|__)(?::|$))(.*)$"));
    constexpr qsizetype kLongestHeading = 200;
    QString rest;
    QString name;
    if (line.startsWith(u'#') && line.size() <= kLongestHeading) {
        name = heading.match(line).captured(1);
    } else if (line.startsWith(QLatin1String("**")) || line.startsWith(QLatin1String("__"))) {
        const QRegularExpressionMatch match = bold.match(line);
        name = match.captured(1);
        rest = match.captured(2).trimmed();
    }
    if (name.isEmpty() || !speakerOf(name, &piece->speaker)) {
        return false;
    }
    piece->author = piece->speaker == Speaker::Model ? name.trimmed() : QString();
    piece->lines = rest.isEmpty() ? QStringList() : QStringList{rest};
    return true;
}

void readForeign(const QStringList& lines, Transcript* transcript, ImportReport* report) {
    QList<Piece> pieces;
    FenceScanner fences;
    bool textBefore = false;
    for (const QString& line : lines) {
        const FenceScanner::Line kind = fences.take(line);
        Piece piece;
        if (kind == FenceScanner::Line::Text && readSpeakerLine(line, &piece)) {
            pieces.append(piece);
        } else if (!pieces.isEmpty()) {
            pieces.last().lines.append(line);
        } else if (line.startsWith(QLatin1String("# ")) &&
                   transcript->conversation.info.title.isEmpty()) {
            transcript->conversation.info.title = line.mid(2).trimmed().left(kLongestName);
        } else {
            textBefore = textBefore || !line.trimmed().isEmpty();
        }
    }
    if (textBefore && !pieces.isEmpty()) {
        report->leaveOut(QStringLiteral("texts before the first message"));
    }
    NodeId parent = 0;
    for (Piece& piece : pieces) {
        dropBlankEnds(piece.lines);
        // Lines between messages that only part them.
        while (!piece.lines.isEmpty() && (piece.lines.last().trimmed() == QLatin1String("---") ||
                                          piece.lines.last().trimmed() == QLatin1String("***"))) {
            piece.lines.removeLast();
            dropBlankEnds(piece.lines);
        }
        if (piece.lines.isEmpty()) {
            report->leaveOut(QStringLiteral("messages without text"));
            continue;
        }
        Message message;
        message.speaker = piece.speaker;
        message.author = piece.author;
        message.text = piece.lines.join(u'\n');
        if (const NodeId id = addMessage(transcript->conversation, parent, message, report);
            id != 0) {
            parent = id;
        }
    }
}

} // namespace

bool readMarkdown(const QString& text, Transcript* transcript, ImportReport* report) {
    QStringList lines = text.split(u'\n');
    for (QString& line : lines) {
        if (line.endsWith(u'\r')) {
            line.chop(1);
        }
    }
    *transcript = {};
    ConversationInfo& info = transcript->conversation.info;
    constexpr qsizetype kSignatureLine = 2; // behind the title and an empty line
    if (lines.size() > kSignatureLine && lines.first().startsWith(QLatin1String("# ")) &&
        lines.at(kSignatureLine).startsWith(kMarkdownSignature)) {
        info.title = rearmMarkdown(lines.first().mid(2)).left(kLongestName);
        static const QRegularExpression format(QStringLiteral("; prompt format ([a-z]+)"));
        const QString signature = lines.at(kSignatureLine).left(200);
        bool known = false;
        const FormatId id = formatFromKey(format.match(signature).captured(1), &known);
        info.format = known ? id : FormatId::Chat;
        if (!known || signature.contains(kMarkdownOwnFormat)) {
            report->leaveOut(QStringLiteral("rules of a prompt format of one's own (taken as %1)")
                                 .arg(formatTitle(info.format)));
        }
        OwnReader(transcript, report).read(lines.mid(kSignatureLine + 1));
    } else {
        readForeign(lines, transcript, report);
    }
    return !transcript->conversation.isEmpty();
}

} // namespace phidelity
