// SPDX-License-Identifier: MIT
#include "app/code_inspector.h"

#include <algorithm>

#include "app/model_desk.h"
#include "app/request_ids.h"
#include "ui/code/code_edit.h"

namespace phidelity {

namespace {

TokenDetail alternativeOf(const TokenDetail& token, qsizetype at) {
    TokenDetail other = token;
    const TokenAlternative& chosen = token.top.at(at);
    other.id = chosen.id;
    other.bytes = chosen.bytes;
    other.logprob = chosen.logprob;
    other.rank = static_cast<int>(at);
    other.chainProbability = TokenDetail::kNotComputed;
    return other;
}

} // namespace

CodeInspector::CodeInspector(CodePage* page, CodeDesk* desk, const ModelDesk* models)
    : m_page(page), m_desk(desk), m_models(models) {
    m_looking.setSingleShot(true);
    m_looking.setInterval(0);
    connect(&m_looking, &QTimer::timeout, this, &CodeInspector::look);
    connect(page, &CodePage::placeChanged, this, [this] {
        if (m_open) {
            m_looking.start();
        }
    });
    connect(desk, &CodeDesk::written, this, &CodeInspector::onWritten);
    connect(models, &ModelDesk::opened, this, [this] {
        // Another model has other tokens.
        m_stretches.clear();
        m_scoring = 0;
        m_looking.start();
    });
    connect(models, &ModelDesk::closed, this, &CodeInspector::showOffer);
}

CodeInspector::~CodeInspector() {
    raiseStop(m_scoreStop);
}

void CodeInspector::setOpen(bool open) {
    m_open = open;
    m_desk->setDetailsWanted(open);
    if (open) {
        m_looking.start();
    } else {
        stopScore();
        mark(-1, false);
    }
}

// ---- What is looked at

CodeStretches* CodeInspector::stretches() {
    CodeEdit* edit = m_page->edit();
    if (!edit) {
        return nullptr;
    }
    follow(edit);
    const auto [entry, fresh] = m_stretches.try_emplace(edit, edit->document());
    if (fresh) {
        connect(edit, &QObject::destroyed, this, [this, edit] { m_stretches.erase(edit); });
    }
    return &entry->second;
}

void CodeInspector::follow(CodeEdit* edit) {
    if (edit == m_edit) {
        return;
    }
    if (m_edit) {
        m_edit->markToken(0, 0);
    }
    for (const QMetaObject::Connection& each : std::as_const(m_followed)) {
        disconnect(each);
    }
    m_edit = edit;
    m_shown = 0;
    m_current = -1;
    m_problem.clear();
    const auto soon = [this] {
        if (m_open) {
            m_looking.start();
        }
    };
    m_followed = {connect(edit, &CodeEdit::textEdited, this, soon),
                  connect(edit, &CodeEdit::ghostChanged, this, soon)};
}

CodeStretches::Offer CodeInspector::offer() const {
    return m_edit ? CodeStretches::Offer{m_edit->ghost(), m_edit->textCursor().position()}
                  : CodeStretches::Offer{};
}

void CodeInspector::look() {
    CodeStretches* all = m_open ? stretches() : nullptr;
    if (!all) {
        return;
    }
    const int cursor = m_edit->textCursor().position();
    const int shown = all->at(cursor, offer(), m_shown);
    if (shown != m_shown) {
        m_problem.clear();
        m_current = -1;
        m_cursor = -1;
    }
    m_shown = shown;
    const Stretch* stretch = all->find(m_shown);
    showTokens(stretch);
    showTree(stretch);
    showOffer();
}

void CodeInspector::showTokens(const Stretch* stretch) {
    m_spans = {};
    QList<TokenDetail> tokens;
    if (stretch) {
        m_spans = stretches()->seen(*stretch, offer()).spans;
        tokens = stretch->tokens.first(std::min(m_spans.count(), stretch->tokens.size()));
        const int cursor = m_edit->textCursor().position();
        if (cursor != m_cursor) {
            // The token before the cursor at the end of what is there: nothing follows.
            const qsizetype offset = cursor - stretch->begin.position();
            const qsizetype token =
                m_spans.tokenAt(offset == m_spans.begins.last() ? offset - 1 : offset);
            m_current = token >= 0 ? static_cast<int>(token) : m_current;
            m_cursor = cursor;
        }
    }
    m_current = std::min(m_current, static_cast<int>(tokens.size()) - 1);
    emit tokensShown(tokens);
    emit currentShown(m_current);
    emit branchableShown(stretch != nullptr && m_scoring == 0);
    emit headingShown(!stretch                                         ? QString()
                      : stretch->source == CodeStretches::Source::Read ? tr("Text of the file")
                                                                       : tr("Completion"));
    mark(m_current, false);
}

void CodeInspector::showTree(const Stretch* stretch) {
    BranchTree tree;
    tree.versions = stretch ? stretches()->ways(stretch->id) : QList<NodeId>();
    tree.shown = static_cast<NodeId>(m_shown);
    QList<TriedPath> paths;
    QHash<quint32, QByteArray> bytes;
    for (const NodeId id : std::as_const(tree.versions)) {
        TriedPath path;
        path.node = id;
        for (const TokenDetail& token : stretches()->find(static_cast<int>(id))->tokens) {
            path.tokens.append(token.id);
            path.logprobs.append(token.logprob);
            bytes.insert(token.id, token.bytes);
        }
        paths.append(path);
    }
    tree.segments = mergeBranches(paths);
    for (const BranchSegment& segment : std::as_const(tree.segments)) {
        QByteArray text;
        for (const quint32 id : segment.tokens) {
            text += bytes.value(id);
        }
        tree.texts.append(text);
    }
    emit treeShown(tree);
}

void CodeInspector::setCurrent(int token) {
    m_current = token;
    mark(token, true);
}

void CodeInspector::mark(int token, bool intoSight) {
    const Stretch* stretch =
        m_edit && token >= 0 && token < m_spans.count() ? stretches()->find(m_shown) : nullptr;
    if (!stretch) {
        if (m_edit) {
            m_edit->markToken(0, 0);
        }
        return;
    }
    const int begin = stretch->begin.position();
    const auto inText = static_cast<int>(stretches()->seen(*stretch, {}).inText);
    const auto from = std::min(static_cast<int>(m_spans.begins.at(token)), inText);
    const auto to = std::min(static_cast<int>(m_spans.begins.at(token + 1)), inText);
    m_edit->markToken(begin + from, begin + to);
    if (intoSight) {
        m_edit->showPlace(begin + from);
    }
}

// ---- What was written

void CodeInspector::onWritten(const CompletionWritten& written) {
    CodeStretches* all = stretches();
    if (!all || written.tokens.isEmpty() || m_page->edit() != m_edit) {
        return;
    }
    QList<QByteArray> bytes;
    for (const TokenDetail& token : written.tokens) {
        bytes.append(token.bytes);
    }
    // What is cut off of it cannot be seen, and so is not talked of.
    const qsizetype count = spansOf(bytes, written.text).count();
    const QList<TokenDetail> tokens = written.tokens.first(std::min(count, written.tokens.size()));
    if (tokens.isEmpty()) {
        return;
    }
    const int goesOn = all->endingWith(written.context, written.position, {});
    if (Stretch* before = all->find(goesOn)) {
        const CodeStretches::Seen there = all->seen(*before, {});
        before->tokens.resize(there.spans.count());
        before->tokens += tokens;
        before->shown = there.length() + written.text.size();
        m_shown = before->id;
    } else {
        Stretch fresh;
        fresh.context = written.context;
        fresh.tokens = tokens;
        fresh.shown = written.text.size();
        m_shown = all->add(written.position, fresh);
    }
    m_problem.clear();
    m_looking.start();
}

// ---- Other ways

void CodeInspector::putInPlace(int from, int to, const QString& text) {
    QTextCursor cursor(m_edit->document());
    cursor.setPosition(from);
    cursor.setPosition(to, QTextCursor::KeepAnchor);
    cursor.insertText(text);
    m_edit->setTextCursor(cursor);
    m_edit->ensureCursorVisible();
}

void CodeInspector::branch(int token, quint32 alternative) {
    CodeStretches* all = stretches();
    const Stretch* found = all ? all->find(m_shown) : nullptr;
    if (!found || token < 0 || token >= m_spans.count() || m_scoring != 0) {
        return;
    }
    const Stretch stretch = *found; // what is added moves it
    const QList<TokenAlternative>& top = stretch.tokens.at(token).top;
    const auto chosen = std::ranges::find(top, alternative, &TokenAlternative::id);
    if (chosen == top.end()) {
        return;
    }
    if (chosen->bytes.isEmpty() || wholeCharacters(chosen->bytes) < chosen->bytes.size()) {
        m_problem = chosen->bytes.isEmpty()
                        ? tr("With this token the text would end here; there is nothing to go on "
                             "from.")
                        : tr("This token is only a part of a character; choose another one.");
        showOffer();
        return;
    }
    m_problem.clear();
    const TokenDetail other =
        alternativeOf(stretch.tokens.at(token), std::distance(top.begin(), chosen));
    QByteArray said = other.bytes;
    if (token == 0) {
        said.remove(0, stretch.lead);
    }
    const int begin = stretch.begin.position();
    const auto inText = static_cast<int>(all->seen(stretch, {}).inText);
    const auto from = static_cast<int>(m_spans.begins.at(token));
    const auto to = static_cast<int>(m_spans.begins.at(token + 1));
    QList<quint32> context = stretch.context;
    for (const TokenDetail& each : stretch.tokens.first(token)) {
        context.append(each.id);
    }
    Stretch fresh;
    int position = begin;
    if (stretch.source == CodeStretches::Source::Read) {
        // Others wrote what follows. What stood here is one of the ways from now on.
        position = begin + from;
        fresh.context = context;
        Stretch before = fresh;
        before.tokens = {stretch.tokens.at(token)};
        before.lead = fresh.lead = token == 0 ? stretch.lead : 0;
        before.shown = to - from;
        all->add(position, before);
        fresh.tokens = {other};
    } else {
        fresh.context = stretch.context;
        fresh.lead = stretch.lead;
        fresh.tokens = stretch.tokens.first(token) + QList<TokenDetail>{other};
    }
    fresh.shown = CodeStretches::textOf(fresh).size();
    const int way = all->add(position, fresh);
    // Of what was only offered all before the token is taken.
    const int kept = std::min(from, inText);
    const QString given = CodeStretches::textOf(stretch).mid(kept, from - kept);
    const int end = stretch.source == CodeStretches::Source::Read ? std::min(to, inText) : inText;
    m_edit->dropGhost();
    putInPlace(begin + kept, begin + std::max(kept, end), given + QString::fromUtf8(said));
    m_shown = way;
    m_cursor = -1;
    context.append(other.id);
    m_desk->goOnFrom(context);
    m_edit->requestCompletion();
    m_looking.start();
}

void CodeInspector::showWay(NodeId way) {
    CodeStretches* all = stretches();
    const Stretch* shown = all ? all->find(m_shown) : nullptr;
    const Stretch* wanted = all ? all->find(static_cast<int>(way)) : nullptr;
    if (!shown || !wanted || shown == wanted) {
        return;
    }
    const int begin = shown->begin.position();
    const auto inText = static_cast<int>(all->seen(*shown, {}).inText);
    m_edit->dropGhost();
    putInPlace(begin, begin + inText, CodeStretches::textOf(*wanted).first(wanted->shown));
    m_shown = static_cast<int>(way);
    m_cursor = -1;
    m_looking.start();
}

} // namespace phidelity
