// SPDX-License-Identifier: MIT
#pragma once

#include <QStringView>
#include <optional>

#include "ui/math/math_parse.h"

namespace phidelity {

/// The parser behind parseMath(): one object a formula, recursive descent with bounded depth.
/// After a failure it stands at the end of its text, so that every loop ends by itself.
class MathReader {
public:
    explicit MathReader(QStringView text) : m_text(text) {}

    std::optional<MathNode> run(QString* why);

private:
    /// What ends a list; it is left for the caller to take.
    enum class Stop : quint8 { Brace, Bracket, Dollar, Right, Cell };
    enum class Scope : quint8 { End, Environment };

    using Handler = MathNode (MathReader::*)(int);
    struct Command {
        Handler handler;
        int argument;
    };
    friend class DepthGuard;

    // math_parse.cpp: the grammar
    MathNode readList(Stop stop);
    MathNode readArgument();
    MathNode readScripts(MathNode nucleus);
    MathNode readNucleus();
    MathNode readCharacter();
    MathNode readCommand();
    MathNode readTable(MathNode::Grid grid, Scope scope);
    MathNode readWords(MathFace face);
    bool readRowEnd(Scope scope, bool* lastRow);
    bool readOver(MathNode* list, Stop stop);
    void readTextCommand(MathFace face, MathNode* group, QString* words);
    void addWords(MathFace face, MathNode* group, QString* words);

    // math_characters.cpp: characters and names, the nodes made of them, failure
    void skipSpaces();
    bool atEnd() const { return m_at >= m_text.size(); }
    QChar peek() const { return atEnd() ? QChar() : m_text.at(m_at); }
    bool take(QChar c);
    QStringView peekCommand() const;
    bool takeCommand(QStringView name);
    bool isStop(Stop stop) const;
    bool isRowEnd() const;
    QStringView readRaw();
    std::optional<QStringView> readOptional();
    char32_t readDelimiter();
    bool checkCharacters();

    MathNode make(MathNode::Kind kind);
    MathNode symbolNode(char32_t symbol, AtomClass atom);
    MathNode emptyNode() { return {}; }
    MathNode fail(const QString& reason);

    // math_commands.cpp: one a family of commands; tables are in math_environments.cpp
    static std::optional<Command> command(QStringView name);
    MathNode fraction(int form);
    MathNode root(int);
    MathNode accent(int accent);
    MathNode brace(int accent);
    MathNode faceOfArgument(int face);
    MathNode faceOfRest(int face);
    MathNode words(int face);
    MathNode operatorName(int);
    MathNode fence(int);
    MathNode bigDelimiter(int sizeAndClass);
    MathNode environment(int);
    MathNode level(int level);
    MathNode space(int mu);
    MathNode spaceByLength(int);
    MathNode atomOfArgument(int atom);
    MathNode stack(int form);
    MathNode arrow(int symbol);
    MathNode phantom(int form);
    MathNode ignored(int arguments);
    MathNode colored(int);
    MathNode negated(int);
    MathNode modulo(int form);
    MathNode tag(int);
    MathNode substack(int);
    MathNode between(int form);
    MathNode plainGroup(int);

    QStringView m_text;
    qsizetype m_at = 0;
    int m_depth = 0;
    int m_nodes = 0;
    MathFace m_face = MathFace::Auto;
    QString m_reason; ///< of the first failure
    bool m_failed = false;
};

/// Counts one level of nesting for as long as it lives.
class DepthGuard {
public:
    explicit DepthGuard(MathReader* reader) : m_reader(reader) {
        if (++reader->m_depth > kMathMaxDepth) {
            reader->fail(QStringLiteral("nested too deeply"));
        }
    }
    ~DepthGuard() { --m_reader->m_depth; }
    DepthGuard(const DepthGuard&) = delete;
    DepthGuard& operator=(const DepthGuard&) = delete;

private:
    MathReader* m_reader;
};

} // namespace phidelity
