// SPDX-License-Identifier: MIT
#include "ui/math/math_fonts.h"

#include <QCoreApplication>
#include <QFontDatabase>
#include <QGlyphRun>
#include <QPainterPath>
#include <QTextLayout>
#include <QThread>
#include <algorithm>
#include <list>

#include "ui/math/math_symbols.h"

namespace phidelity {

namespace {

/// Glyphs are measured at this size: large enough that rounding to 64ths of a pixel is nothing.
constexpr double kMeasureSize = 256;

/// Where symbols are looked for that the font of the text lacks: first what sits well with a sans
/// serif text, then the fonts made for mathematics, then whatever has many symbols.
const char* const kSymbolFamilies[] = {
    "DejaVu Sans",          "Noto Sans Math",  "STIX Two Math",
    "Latin Modern Math",    "Cambria Math",    "Libertinus Math",
    "DejaVu Math TeX Gyre", "XITS Math",       "STIXGeneral",
    "Apple Symbols",        "Segoe UI Symbol", "Noto Sans Symbols2",
    "Noto Sans Symbols",    "DejaVu Serif",    "FreeSerif"};

bool isItalicByItself(char32_t c) {
    return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || (c >= U'α' && c <= U'ω') ||
           c == U'ϑ' || c == U'ϕ' || c == U'ϖ' || c == U'ϱ' || c == U'ϵ' || c == U'ϰ' ||
           c == U'ı' || c == U'ȷ' || (c >= 0xC0 && c < 0x250 && QChar::isLetter(c));
}

/// What may stand for a symbol that no font has.
char32_t standIn(char32_t c) {
    static constexpr std::pair<char32_t, char32_t> kStandIns[] = {
        {U'⟹', U'⇒'},  {U'⟸', U'⇐'},  {U'⟺', U'⇔'},  {U'⟶', U'→'},  {U'⟵', U'←'}, {U'⟷', U'↔'},
        {U'⟼', U'↦'},  {U'⟨', U'〈'}, {U'⟩', U'〉'}, {U'⩽', U'≤'},  {U'⩾', U'≥'}, {U'ϵ', U'ε'},
        {U'ϕ', U'φ'},  {U'⋅', U'·'},  {U'∗', U'*'},  {U'∖', U'\\'}, {U'∣', U'|'}, {U'⋯', U'…'},
        {U'′', U'\''}, {U'−', U'–'},  {U'⋆', U'*'},  {U'∼', U'~'},  {U'∙', U'•'}, {U'⨁', U'⊕'},
        {U'⨂', U'⊗'},  {U'⨀', U'⊙'},  {U'⨄', U'⊎'},  {U'⨆', U'⊔'},  {U'⋃', U'∪'}, {U'⋂', U'∩'},
        {U'⋁', U'∨'},  {U'⋀', U'∧'},  {U'∎', U'■'},  {U'⧫', U'◆'},  {U'⟦', U'['}, {U'⟧', U']'},
        {U'ȷ', U'j'},  {U'ı', U'i'},  {U'ℏ', U'ħ'},  {U'⨿', U'∐'},  {U'≔', U'='}, {U'〈', U'<'},
        {U'〉', U'>'}, {U'ℓ', U'l'},  {U'∥', U'‖'}};
    for (const auto& [missing, other] : kStandIns) {
        if (missing == c) {
            return other;
        }
    }
    return 0;
}

} // namespace

MathFonts::MathFonts(const QFont& text) : m_text(text) {
    std::fill(std::begin(m_shapes), std::end(m_shapes), -1);
    m_text.setHintingPreference(QFont::PreferNoHinting);
    m_text.setStyleStrategy(QFont::PreferOutline);
    m_text.setUnderline(false);
    m_text.setStrikeOut(false);
    m_text.setCapitalization(QFont::MixedCase);
    m_size = QRawFont::fromFont(m_text).pixelSize();
    const auto inkOf = [this](char32_t c) {
        const auto found = findIn(shape(Upright), c);
        return found ? found->ink : QRectF(0, -0.5, 0.5, 0.5);
    };
    const auto topOf = [&inkOf](char32_t c) { return -inkOf(c).top(); };
    m_xHeight = std::clamp(topOf(U'x'), 0.35, 0.65);
    m_capHeight = std::clamp(topOf(U'H'), 0.5, 0.9);
    const QRectF minus = inkOf(findIn(shape(Upright), U'−') ? U'−' : U'+');
    m_axis = std::clamp(-minus.center().y(), 0.2, 0.4);
    const double stem = std::clamp(inkOf(U'|').width(), 0.05, 0.16);
    m_rule = std::clamp(stem * 0.75, 0.045, 0.08);
    m_stroke = std::clamp(stem * 0.95, 0.05, 0.13);
}

MathFonts& MathFonts::of(const QFont& text) {
    // The last few fonts of this thread. Those of the main thread go before the application does,
    // since fonts must not outlive it.
    thread_local std::list<std::pair<QFont, MathFonts>> kept;
    thread_local bool registered = false;
    if (!registered && QCoreApplication::instance() != nullptr &&
        QThread::currentThread() == QCoreApplication::instance()->thread()) {
        registered = true;
        qAddPostRoutine([] {
            kept.clear();
            registered = false;
        });
    }
    constexpr size_t kKeptFonts = 6;
    for (auto at = kept.begin(); at != kept.end(); ++at) {
        if (at->first == text) {
            kept.splice(kept.begin(), kept, at);
            return kept.front().second;
        }
    }
    if (kept.size() >= kKeptFonts) {
        kept.pop_back();
    }
    kept.emplace_front(text, MathFonts(text));
    return kept.front().second;
}

QFont MathFonts::shapeFont(Shape shape) const {
    QFont font = m_text;
    font.setItalic(shape == Slanted || shape == BoldSlanted || shape == Serif);
    if (shape == Bold || shape == BoldSlanted) {
        font.setWeight(std::max(QFont::Bold, font.weight()));
    }
    const auto setFamilies = [&font](const char* first, const char* second, QFont::StyleHint hint) {
        font.setFamilies({QString::fromLatin1(first), QString::fromLatin1(second)});
        font.setStyleHint(hint);
    };
    if (shape == Sans) {
        setFamilies("DejaVu Sans", "sans-serif", QFont::SansSerif);
    } else if (shape == Mono) {
        setFamilies("DejaVu Sans Mono", "monospace", QFont::Monospace);
    } else if (shape == Serif) {
        setFamilies("DejaVu Serif", "serif", QFont::Serif);
    }
    return font;
}

int MathFonts::shape(Shape shape) {
    int& font = m_shapes[shape];
    if (font < 0) {
        font = addFont(QRawFont::fromFont(shapeFont(shape)));
    }
    return font;
}

int MathFonts::addFont(const QRawFont& font) {
    Font added;
    added.measure = font;
    added.measure.setPixelSize(kMeasureSize);
    const auto same = std::find_if(m_fonts.begin(), m_fonts.end(), [&added](const Font& other) {
        return other.measure == added.measure;
    });
    if (same != m_fonts.end()) {
        return static_cast<int>(same - m_fonts.begin());
    }
    m_fonts.push_back(std::move(added));
    return static_cast<int>(m_fonts.size()) - 1;
}

const std::vector<int>& MathFonts::symbolFonts() {
    if (!m_symbolFonts) {
        m_symbolFonts.emplace();
        for (const char* family : kSymbolFamilies) {
            const QString name = QString::fromLatin1(family);
            if (QFontDatabase::hasFamily(name)) {
                QFont font = m_text;
                font.setItalic(false);
                font.setFamilies({name});
                m_symbolFonts->push_back(addFont(QRawFont::fromFont(font)));
            }
        }
    }
    return *m_symbolFonts;
}

std::optional<MathGlyph> MathFonts::glyph(char32_t character, MathFace face) {
    const quint64 key = (static_cast<quint64>(character) << 8) | static_cast<quint64>(face);
    if (const auto known = m_found.constFind(key); known != m_found.cend()) {
        return *known;
    }
    std::optional<MathGlyph> found;
    if (const char32_t own = alphabetCharacter(character, face)) {
        found = find(own, Upright);
    }
    static constexpr Shape kShapes[] = {Slanted, Upright, Slanted, Bold, BoldSlanted,
                                        Bold,    Serif,   Bold,    Sans, Mono};
    Shape shape = kShapes[static_cast<int>(face)];
    if ((face == MathFace::Auto || face == MathFace::BoldSymbol) && !isItalicByItself(character)) {
        shape = face == MathFace::Auto ? Upright : Bold;
    }
    if (!found) {
        found = find(character, shape);
    }
    for (char32_t other = standIn(character); !found && other != 0; other = standIn(other)) {
        found = find(other, shape);
    }
    if (found || m_shaped <= kMaxShaped) {
        m_found.insert(key, found);
    }
    return found;
}

std::optional<MathGlyph> MathFonts::find(char32_t character, Shape shape) {
    if (auto found = findIn(this->shape(shape), character)) {
        return found;
    }
    if (auto found = findIn(this->shape(Upright), character)) {
        return found;
    }
    for (const int font : symbolFonts()) {
        if (auto found = findIn(font, character)) {
            return found;
        }
    }
    return findByShaping(character, shape);
}

std::optional<MathGlyph> MathFonts::findIn(int font, char32_t character) {
    const QRawFont& raw = m_fonts[static_cast<size_t>(font)].measure;
    if (!raw.supportsCharacter(character)) {
        return std::nullopt;
    }
    const auto indexes = raw.glyphIndexesForString(QString::fromUcs4(&character, 1));
    if (indexes.size() != 1 || indexes.front() == 0) {
        return std::nullopt;
    }
    return measured(font, indexes.front());
}

/// Lets Qt look for the character in all the fonts of the system.
std::optional<MathGlyph> MathFonts::findByShaping(char32_t character, Shape shape) {
    const auto shaped = words(QString::fromUcs4(&character, 1),
                              shape == Upright ? MathFace::Roman : MathFace::Italic);
    return shaped && shaped->glyphs.size() == 1 ? std::optional(shaped->glyphs.front().glyph)
                                                : std::nullopt;
}

std::optional<MathWords> MathFonts::words(const QString& text, MathFace face) {
    static constexpr Shape kShapes[] = {Upright, Upright, Slanted, Bold, Bold,
                                        Bold,    Serif,   Bold,    Sans, Mono};
    const Shape shape = kShapes[static_cast<int>(face)];
    if (auto latin = latinWords(text, this->shape(shape))) {
        return latin;
    }
    if (++m_shaped > kMaxShaped) {
        return std::nullopt;
    }
    QTextLayout layout(text, shapeFont(shape));
    layout.beginLayout();
    QTextLine line = layout.createLine();
    if (!line.isValid()) {
        return std::nullopt;
    }
    line.setLineWidth(1e6);
    layout.endLayout();
    MathWords words;
    words.advance = line.horizontalAdvance() / m_size;
    for (const QGlyphRun& run : layout.glyphRuns()) {
        const int font = addFont(run.rawFont());
        const auto indexes = run.glyphIndexes();
        const auto places = run.positions();
        for (qsizetype i = 0; i < indexes.size(); ++i) {
            if (indexes.at(i) == 0) {
                return std::nullopt;
            }
            const QPointF at(places.at(i).x() / m_size,
                             (places.at(i).y() - line.ascent()) / m_size);
            words.glyphs.push_back({measured(font, indexes.at(i)), at});
        }
    }
    return words;
}

/// What needs no shaping but kerning: a tenth of the cost.
std::optional<MathWords> MathFonts::latinWords(const QString& text, int font) {
    const QRawFont& raw = m_fonts[static_cast<size_t>(font)].measure;
    const bool simple = std::all_of(text.begin(), text.end(), [&raw](QChar c) {
        return c.unicode() < 0x250 && c != QChar(QChar::SoftHyphen) && raw.supportsCharacter(c);
    });
    const auto indexes = simple ? raw.glyphIndexesForString(text) : QList<quint32>();
    if (indexes.size() != text.size() || indexes.contains(0)) {
        return std::nullopt;
    }
    const auto advances = raw.advancesForGlyphIndexes(indexes, QRawFont::KernedAdvances);
    MathWords words;
    for (qsizetype i = 0; i < indexes.size(); ++i) {
        words.glyphs.push_back({measured(font, indexes.at(i)), {words.advance, 0}});
        words.advance += advances.at(i).x() / kMeasureSize;
    }
    return words;
}

MathGlyph MathFonts::measured(int font, quint32 index) {
    Font& in = m_fonts[static_cast<size_t>(font)];
    if (const auto known = in.glyphs.constFind(index); known != in.glyphs.cend()) {
        return *known;
    }
    MathGlyph glyph;
    glyph.font = font;
    glyph.index = index;
    const auto advances = in.measure.advancesForGlyphIndexes({index});
    glyph.advance = advances.isEmpty() ? 0 : advances.front().x() / kMeasureSize;
    QRectF ink = in.measure.pathForGlyph(index).boundingRect();
    if (ink.isEmpty()) {
        ink = in.measure.boundingRect(index); // a picture rather than an outline
    }
    glyph.ink = QRectF(ink.topLeft() / kMeasureSize, ink.size() / kMeasureSize);
    in.glyphs.insert(index, glyph);
    return glyph;
}

QRawFont MathFonts::sized(int font, double size) {
    Font& in = m_fonts[static_cast<size_t>(font)];
    const int key = static_cast<int>(std::lround(size * 64));
    auto found = in.sized.find(key);
    if (found == in.sized.end()) {
        QRawFont made = in.measure;
        made.setPixelSize(key / 64.0);
        found = in.sized.insert(key, made);
    }
    return *found;
}

} // namespace phidelity
