// SPDX-License-Identifier: MIT
#include "chat/transcript/safe_markdown.h"

#include <functional>

#include <QHash>
#include <QList>

#include "chat/transcript/fence_scanner.h"

namespace phidelity {

namespace {

bool isAsciiLetter(QChar c) {
    return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z');
}

/// "<" as at the start of a tag, a comment, a declaration; not of "<https://...>" or "a <b$".
bool startsTag(QStringView text, qsizetype at) {
    if (at + 1 >= text.size()) {
        return false;
    }
    const QChar next = text.at(at + 1);
    if (next == u'?') {
        return true;
    }
    if (next == u'!') { // "<![" is disarmed as a picture
        const QChar third = at + 2 < text.size() ? text.at(at + 2) : QChar();
        return third == u'-' || isAsciiLetter(third);
    }
    qsizetype end = at + (next == u'/' ? 2 : 1);
    if (end >= text.size() || !isAsciiLetter(text.at(end))) {
        return false;
    }
    while (end < text.size() &&
           (isAsciiLetter(text.at(end)) || text.at(end).isDigit() || text.at(end) == u'-')) {
        ++end;
    }
    return end >= text.size() || text.at(end).isSpace() || text.at(end) == u'>' ||
           text.at(end) == u'/';
}

bool startsPicture(QStringView text, qsizetype at) {
    return at + 1 < text.size() && text.at(at + 1) == u'[';
}

/// Where inline code that opens at `at` ends (behind its closing run); `at` where it is no code.
/// The runs of each length are found once for a stretch.
class InlineCode {
public:
    explicit InlineCode(QStringView text) {
        for (qsizetype at = 0; at < text.size();) {
            qsizetype end = at;
            while (end < text.size() && text.at(end) == u'`') {
                ++end;
            }
            if (end > at) {
                m_runs[end - at].starts.append(at);
            }
            at = end > at ? end : at + 1;
        }
    }
    qsizetype endOf(qsizetype at, qsizetype length) {
        Runs& runs = m_runs[length];
        while (runs.next < runs.starts.size() && runs.starts.at(runs.next) <= at) {
            ++runs.next;
        }
        return runs.next < runs.starts.size() ? runs.starts.at(runs.next) + length : at;
    }

private:
    struct Runs {
        QList<qsizetype> starts;
        qsizetype next = 0; ///< all before have been passed
    };
    QHash<qsizetype, Runs> m_runs;
};

using Backslashes = qsizetype (*)(qsizetype);

/// A paragraph: `change` says how many backslashes stand before a tag or picture afterwards.
void convertStretch(QStringView text, Backslashes change, QString& out) {
    InlineCode code(text);
    for (qsizetype at = 0; at < text.size();) {
        qsizetype mark = at;
        while (mark < text.size() && text.at(mark) == u'\\') {
            ++mark;
        }
        const qsizetype backslashes = mark - at;
        const QChar c = mark < text.size() ? text.at(mark) : QChar();
        const bool dangerous =
            (c == u'<' && startsTag(text, mark)) || (c == u'!' && startsPicture(text, mark));
        out += QString(dangerous ? change(backslashes) : backslashes, u'\\');
        if (mark >= text.size()) {
            break;
        }
        at = mark;
        qsizetype end = at + 1;
        if (c == u'`') {
            while (end < text.size() && text.at(end) == u'`') {
                ++end;
            }
            if (backslashes % 2 == 0) {
                end = std::max(end, code.endOf(at, end - at));
            }
        }
        out += text.mid(at, end - at);
        at = end;
    }
}

QString convert(const QString& markdown, Backslashes change) {
    QString out;
    out.reserve(markdown.size() + markdown.size() / 64);
    FenceScanner fences;
    const QStringView all(markdown);
    qsizetype stretch = 0; // where the paragraph begins that has not been written yet
    for (qsizetype at = 0; at < all.size();) {
        const qsizetype newline = all.indexOf(u'\n', at);
        const qsizetype next = newline < 0 ? all.size() : newline + 1;
        const QStringView line = all.mid(at, (newline < 0 ? all.size() : newline) - at);
        const FenceScanner::Line kind = fences.take(line);
        const bool text = kind == FenceScanner::Line::Text;
        if (!text || line.trimmed().isEmpty()) {
            convertStretch(all.mid(stretch, at - stretch), change, out);
            out += all.mid(at, next - at);
            stretch = next;
        }
        at = next;
    }
    convertStretch(all.mid(stretch), change, out);
    return out;
}

} // namespace

QString disarmMarkdown(const QString& markdown) {
    return convert(markdown, [](qsizetype backslashes) { return 2 * backslashes + 1; });
}

QString rearmMarkdown(const QString& markdown) {
    return convert(markdown, [](qsizetype backslashes) {
        return backslashes % 2 == 1 ? (backslashes - 1) / 2 : backslashes;
    });
}

} // namespace phidelity
