// SPDX-License-Identifier: MIT
// md4c reads what stands inside of a paragraph. It is given one paragraph at a time, which begins
// with "x " so that it can be nothing else, and formulas as characters for private use, so that
// "a_1 * b_2" in one is no emphasis.
#include "chat/markdown/inline_markup.h"

#include <algorithm>

#include <QSet>
#include <md4c.h>

#include "chat/markdown/entities.h"
#include "chat/markdown/link_address.h"
#include "chat/markdown/math_scan.h"
#include "chat/markdown/visible_text.h"

namespace phidelity {

namespace {

constexpr qsizetype kGuard = 2; // "x "
/// U+F0000 stands for the first formula, U+F0001 for the second, and so on.
constexpr char32_t kFirstFormula = 0xF0000;
constexpr char16_t kFormulaSurrogates[] = {0xDB80, 0xDBBF}; // high ones of the private plane

bool isPrivate(QChar c) {
    return c.unicode() >= kFormulaSurrogates[0] && c.unicode() <= kFormulaSurrogates[1];
}

QString withoutPrivate(QStringView text) {
    QString clean = text.toString();
    for (qsizetype at = 0; at < clean.size(); ++at) {
        if (isPrivate(clean.at(at))) {
            clean[at] = u'\uFFFD';
            if (at + 1 < clean.size()) {
                clean[++at] = u'\uFFFD';
            }
        }
    }
    return clean;
}

/// What md4c tells of one paragraph, put together.
class InlineReader {
public:
    InlineReader(QList<TextFormula> formulas, InlinePlace place)
        : m_formulas(std::move(formulas)), m_place(place) {}

    int enter(MD_SPANTYPE type, void* detail) {
        switch (type) {
        case MD_SPAN_EM:
            ++m_italic;
            break;
        case MD_SPAN_STRONG:
            ++m_bold;
            break;
        case MD_SPAN_DEL:
            ++m_strike;
            break;
        case MD_SPAN_CODE:
            ++m_code;
            break;
        case MD_SPAN_A:
            m_target = linkAddress(attribute(static_cast<MD_SPAN_A_DETAIL*>(detail)->href));
            m_targetStart = m_read.text.size();
            m_inLink = true;
            break;
        case MD_SPAN_IMG:
            m_pictures.append(
                {m_read.text.size(), attribute(static_cast<MD_SPAN_IMG_DETAIL*>(detail)->src)});
            break;
        default:
            break;
        }
        return 0;
    }

    int leave(MD_SPANTYPE type) {
        switch (type) {
        case MD_SPAN_EM:
            --m_italic;
            break;
        case MD_SPAN_STRONG:
            --m_bold;
            break;
        case MD_SPAN_DEL:
            --m_strike;
            break;
        case MD_SPAN_CODE:
            --m_code;
            break;
        case MD_SPAN_A:
            endLink();
            break;
        case MD_SPAN_IMG:
            endPicture();
            break;
        default:
            break;
        }
        return 0;
    }

    int text(MD_TEXTTYPE type, const char* data, MD_SIZE size) {
        if (!m_inParagraph) {
            return 0;
        }
        const QString arrived = QString::fromUtf8(data, static_cast<qsizetype>(size));
        switch (type) {
        case MD_TEXT_BR:
        case MD_TEXT_SOFTBR:
            append(m_place == InlinePlace::OneLine ? u" " : u"\n", looks());
            break;
        case MD_TEXT_NULLCHAR:
            append(u"\uFFFD", looks());
            break;
        case MD_TEXT_ENTITY:
            append(oneLine(visibleText(entityText(arrived))), looks());
            break;
        case MD_TEXT_HTML:
            withFormulas(arrived, 0);
            break;
        default:
            withFormulas(arrived, looks());
        }
        return 0;
    }

    int enterBlock(MD_BLOCKTYPE type) {
        m_inParagraph = type != MD_BLOCK_DOC;
        if (m_inParagraph && m_blocks++ > 0) {
            append(u"\n", 0);
        }
        return 0;
    }

    InlineText take() {
        // A formula at the very end needs no line after it.
        while (m_read.text.endsWith(u'\n')) {
            m_read.text.chop(1);
        }
        while (!m_read.spans.isEmpty() &&
               m_read.spans.last().start + m_read.spans.last().length > m_read.text.size()) {
            Span& last = m_read.spans.last();
            last.length = m_read.text.size() - last.start;
            if (last.length > 0) {
                break;
            }
            m_read.spans.removeLast();
        }
        return m_read;
    }

private:
    struct Picture {
        qsizetype start = 0;
        QString address;
    };

    quint8 looks() const {
        return static_cast<quint8>(
            (m_bold > 0 ? Span::Bold : 0) | (m_italic > 0 ? Span::Italic : 0) |
            (m_code > 0 ? Span::Code : 0) | (m_strike > 0 ? Span::Strike : 0) |
            (m_inLink && m_target.opens ? Span::Link : 0) |
            (!m_pictures.isEmpty() ? Span::Image : 0));
    }

    static QString oneLine(QString text) {
        text.replace(u'\n', u' ').replace(u'\t', u' ');
        return text;
    }

    void append(QStringView text, quint8 looks) {
        const qsizetype guard = std::min(m_guard, text.size());
        m_guard -= guard;
        text = text.sliced(guard);
        if (text.isEmpty()) {
            return;
        }
        if (m_breakBefore) {
            m_breakBefore = false;
            // The line that a display formula has to itself ends here, unless it has ended already.
            while (!text.isEmpty() && text.front() == u' ') {
                text = text.sliced(1);
            }
            if (!text.startsWith(u'\n')) {
                m_read.text += u'\n';
            }
        }
        const qsizetype start = m_read.text.size();
        m_read.text += text;
        if (looks == 0) {
            return;
        }
        QList<Span>& spans = m_read.spans;
        if (!spans.isEmpty() && spans.last().looks == looks &&
            spans.last().start + spans.last().length == start) {
            spans.last().length += text.size();
        } else {
            spans.append({start, text.size(), looks});
        }
    }

    /// Text in which formulas are marked.
    void withFormulas(const QString& text, quint8 looks) {
        if (m_formulas.isEmpty()) {
            append(text, looks);
            return;
        }
        qsizetype done = 0;
        for (qsizetype at = 0; at + 1 < text.size(); ++at) {
            if (isPrivate(text.at(at))) {
                append(QStringView(text).sliced(done, at - done), looks);
                appendFormula(QChar::surrogateToUcs4(text.at(at), text.at(at + 1)), looks);
                done = ++at + 1;
            }
        }
        append(QStringView(text).sliced(done), looks);
    }

    void appendFormula(char32_t mark, quint8 looks) {
        TextFormula formula = m_formulas.value(static_cast<qsizetype>(mark - kFirstFormula));
        formula.display = formula.display && m_place == InlinePlace::Paragraph;
        if (formula.display && !m_read.text.isEmpty() && !m_breakBefore) {
            while (m_read.text.endsWith(u' ')) {
                m_read.text.chop(1);
            }
            if (!m_read.text.endsWith(u'\n')) {
                m_read.text += u'\n';
            }
        }
        append(QStringView(&TextFormula::kMark, 1), looks);
        formula.at = m_read.text.size() - 1;
        m_breakBefore = formula.display;
        m_read.formulas.append(formula);
    }

    /// Formulas in an address are what was written.
    QString restored(const QString& text) const {
        QString whole;
        for (qsizetype at = 0; at < text.size(); ++at) {
            if (isPrivate(text.at(at)) && at + 1 < text.size()) {
                const char32_t mark = QChar::surrogateToUcs4(text.at(at), text.at(at + 1));
                whole += m_formulas.value(static_cast<qsizetype>(mark - kFirstFormula)).source;
                ++at;
            } else {
                whole += text.at(at);
            }
        }
        return whole;
    }

    QString attribute(const MD_ATTRIBUTE& attribute) const {
        QString text;
        for (int part = 0; attribute.size > 0 && attribute.substr_offsets[part] < attribute.size;
             ++part) {
            const MD_OFFSET from = attribute.substr_offsets[part];
            const QString piece = QString::fromUtf8(
                attribute.text + from,
                static_cast<qsizetype>(attribute.substr_offsets[part + 1] - from));
            text += attribute.substr_types[part] == MD_TEXT_ENTITY ? entityText(piece)
                                                                   : restored(piece);
        }
        return text;
    }

    void endLink() {
        m_inLink = false;
        const qsizetype start = m_targetStart;
        const QString words = m_read.text.mid(start);
        if (words.isEmpty()) {
            return;
        }
        const bool same = words == m_target.shown;
        if (!same && (!m_target.opens || misleads(words, m_target.shown))) {
            append(u" ", 0);
            append(QStringView(QString(u'(' + m_target.shown + u')')), Span::Dim);
        }
        m_read.links.append({start, words.size(), m_target.shown, m_target.opens});
    }

    void endPicture() {
        const Picture picture = m_pictures.takeLast();
        if (m_read.text.size() == picture.start) {
            m_pictures.append(picture);
            append(u"image", looks());
            m_pictures.removeLast();
        }
        const LinkAddress address = linkAddress(picture.address);
        append(u" (", Span::Dim);
        const qsizetype start = m_read.text.size();
        append(address.shown, static_cast<quint8>(Span::Dim | (address.opens ? Span::Link : 0)));
        if (!m_inLink) {
            m_read.links.append({start, address.shown.size(), address.shown, address.opens});
        }
        append(u")", Span::Dim);
    }

    QList<TextFormula> m_formulas;
    InlinePlace m_place;
    InlineText m_read;
    qsizetype m_guard = kGuard;
    bool m_inParagraph = false;
    bool m_breakBefore = false;
    bool m_inLink = false;
    int m_blocks = 0;
    int m_bold = 0;
    int m_italic = 0;
    int m_strike = 0;
    int m_code = 0;
    LinkAddress m_target;
    qsizetype m_targetStart = 0;
    QList<Picture> m_pictures;
};

InlineReader& readerOf(void* data) {
    return *static_cast<InlineReader*>(data);
}

/// Definitions of the labels that `text` names, for md4c to read before it.
QByteArray definitionsFor(const QString& text, const LinkReferences& references) {
    QByteArray definitions;
    if (references.isEmpty()) {
        return definitions;
    }
    constexpr qsizetype kMost = 50;
    QSet<QString> known;
    for (qsizetype open = text.indexOf(u'['); open >= 0 && known.size() < kMost;
         open = text.indexOf(u'[', open + 1)) {
        const qsizetype close = text.indexOf(u']', open + 1);
        if (close < 0) {
            break;
        }
        const QString label = text.mid(open + 1, close - open - 1);
        const QString address = references.address(label);
        if (!address.isNull() && !known.contains(label)) {
            known.insert(label);
            definitions += '[' + label.simplified().toUtf8() + "]: <" + address.toUtf8() + ">\n\n";
        }
    }
    return definitions;
}

} // namespace

InlineText readInline(const QString& source, const LinkReferences& references, InlinePlace place,
                      InlineEnding ending) {
    if (source.isEmpty()) {
        return {};
    }
    QString marked;
    QList<TextFormula> formulas;
    const auto segments =
        scanMath(source, ending == InlineEnding::Open ? MathEnding::Open : MathEnding::Final);
    for (const MathSegment& segment : segments) {
        const QStringView written = QStringView(source).sliced(segment.start, segment.length);
        if (segment.kind == MathSegment::Kind::Text) {
            marked += withoutPrivate(written);
            continue;
        }
        const char32_t mark = kFirstFormula + static_cast<char32_t>(formulas.size());
        marked += QString::fromUcs4(&mark, 1);
        formulas.append({0, written.toString(),
                         source.sliced(segment.innerStart, segment.innerLength).trimmed(),
                         segment.kind == MathSegment::Kind::Display});
    }
    const QByteArray paragraph =
        definitionsFor(source, references) + "x " + marked.trimmed().toUtf8();

    InlineReader reader(formulas, place);
    MD_PARSER parser{};
    parser.flags = MD_FLAG_PERMISSIVEAUTOLINKS | MD_FLAG_STRIKETHROUGH | MD_FLAG_NOHTMLBLOCKS;
    parser.enter_block = [](MD_BLOCKTYPE type, void*, void* data) {
        return readerOf(data).enterBlock(type);
    };
    parser.leave_block = [](MD_BLOCKTYPE, void*, void*) { return 0; };
    parser.enter_span = [](MD_SPANTYPE type, void* detail, void* data) {
        return readerOf(data).enter(type, detail);
    };
    parser.leave_span = [](MD_SPANTYPE type, void*, void* data) {
        return readerOf(data).leave(type);
    };
    parser.text = [](MD_TEXTTYPE type, const MD_CHAR* text, MD_SIZE size, void* data) {
        return readerOf(data).text(type, text, size);
    };
    const int failed =
        md_parse(paragraph.constData(), static_cast<MD_SIZE>(paragraph.size()), &parser, &reader);
    if (failed != 0) { // out of memory
        return {source, {}, {}, {}};
    }
    return reader.take();
}

} // namespace phidelity
