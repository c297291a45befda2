// SPDX-License-Identifier: MIT
#include "ui/code/code_stretches.h"

#include <algorithm>

#include <QTextDocument>

namespace phidelity {

namespace {

constexpr std::size_t kMost = 64;

QList<QByteArray> bytesOf(const CodeStretches::Stretch& stretch) {
    QList<QByteArray> bytes;
    for (const TokenDetail& token : stretch.tokens) {
        bytes.append(bytes.isEmpty() ? token.bytes.mid(stretch.lead) : token.bytes);
    }
    return bytes;
}

} // namespace

int CodeStretches::add(int position, Stretch stretch) {
    stretch.id = ++m_last;
    stretch.begin = QTextCursor(m_document);
    stretch.begin.setPosition(position);
    // What is accepted there stands behind it.
    stretch.begin.setKeepPositionOnInsert(true);
    m_stretches.push_back(std::move(stretch));
    if (m_stretches.size() > kMost) {
        m_stretches.erase(m_stretches.begin());
    }
    return m_last;
}

CodeStretches::Stretch* CodeStretches::find(int id) {
    const auto found = std::ranges::find(m_stretches, id, &Stretch::id);
    return found == m_stretches.end() ? nullptr : &*found;
}

const CodeStretches::Stretch* CodeStretches::find(int id) const {
    const auto found = std::ranges::find(m_stretches, id, &Stretch::id);
    return found == m_stretches.end() ? nullptr : &*found;
}

QString CodeStretches::textOf(const Stretch& stretch) {
    const QByteArray all = bytesOf(stretch).join();
    return QString::fromUtf8(all.first(wholeCharacters(all)));
}

CodeStretches::Seen CodeStretches::seen(const Stretch& stretch, const Offer& offer) const {
    const QString text = textOf(stretch);
    QTextCursor cursor(m_document);
    const int begin = stretch.begin.position();
    const int end =
        std::min<int>(begin + static_cast<int>(text.size()), m_document->characterCount() - 1);
    cursor.setPosition(begin);
    cursor.setPosition(end, QTextCursor::KeepAnchor);
    const QString here = cursor.selectedText().replace(QChar::ParagraphSeparator, u'\n');
    const auto parting = std::mismatch(here.begin(), here.end(), text.begin(), text.end());
    Seen seen;
    seen.inText = std::distance(here.begin(), parting.first);
    qsizetype length = seen.inText;
    if (!offer.text.isEmpty() && offer.at == begin + seen.inText &&
        QStringView(text).mid(seen.inText).startsWith(offer.text)) {
        length += offer.text.size();
    }
    if (length > 0) {
        seen.spans = spansOf(bytesOf(stretch), text.first(length));
    }
    return seen;
}

int CodeStretches::at(int position, const Offer& offer, int usual) const {
    int best = 0;
    int bestBegin = -1;
    qsizetype bestLength = 0;
    int fallback = 0;
    for (const Stretch& stretch : m_stretches) {
        const qsizetype length = seen(stretch, offer).length();
        const int begin = stretch.begin.position();
        if (length == 0) {
            continue;
        }
        fallback = stretch.id == usual ? usual : fallback;
        if (position < begin || position > begin + length) {
            continue;
        }
        // Of equal ones that which is looked at stays.
        const bool better = begin != bestBegin     ? begin > bestBegin
                            : length != bestLength ? length > bestLength
                                                   : best != usual;
        if (best == 0 || better) {
            best = stretch.id;
            bestBegin = begin;
            bestLength = length;
        }
    }
    return best != 0 ? best : fallback;
}

int CodeStretches::endingWith(const QList<quint32>& context, int position,
                              const Offer& offer) const {
    for (auto each = m_stretches.rbegin(); each != m_stretches.rend(); ++each) {
        const Seen there = seen(*each, offer);
        const qsizetype count = there.spans.count();
        if (each->source != Source::Written || count == 0 ||
            each->begin.position() + there.length() != position ||
            context.size() != each->context.size() + count) {
            continue;
        }
        bool same = std::equal(each->context.begin(), each->context.end(), context.begin());
        for (qsizetype token = 0; same && token < count; ++token) {
            same = each->tokens.at(token).id == context.at(each->context.size() + token);
        }
        if (same) {
            return each->id;
        }
    }
    return 0;
}

QList<NodeId> CodeStretches::ways(int id) const {
    QList<NodeId> ways;
    const Stretch* wanted = find(id);
    if (!wanted || wanted->source != Source::Written) {
        return ways;
    }
    for (const Stretch& stretch : m_stretches) {
        if (stretch.source == Source::Written && stretch.shown > 0 &&
            stretch.begin.position() == wanted->begin.position() &&
            stretch.context == wanted->context) {
            ways.append(stretch.id);
        }
    }
    return ways;
}

} // namespace phidelity
