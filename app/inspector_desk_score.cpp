// SPDX-License-Identifier: MIT
// What the inspector asks of the engine, and what it shows.
#include <algorithm>
#include <cmath>

#include <QLocale>

#include "app/inspector_desk.h"
#include "app/request_ids.h"

namespace phidelity {

// ---- Scoring

void InspectorDesk::score() {
    const Message* text = message();
    if (!text || isUnfinished(*text) || m_scoring != 0) {
        return;
    }
    ScoreRequest request;
    request.alternatives = kAlternatives;
    if (!requestKnownTokens(&request) && !requestText(&request)) {
        return;
    }
    request.id = m_scoring = nextRequestId();
    request.stop = m_scoreStop = newStop();
    m_scoreDone = m_scoreTotal = 0;
    m_problem.clear();
    emit scoreRequested(request);
    showOffer();
}

bool InspectorDesk::requestKnownTokens(ScoreRequest* request) const {
    if (!m_known.exact) {
        return false;
    }
    request->tokens = m_known.context;
    for (const TokenDetail& token : m_known.tokens) {
        request->tokens.append(token.id);
    }
    request->from = static_cast<int>(m_known.context.size());
    return true;
}

/// What nobody has made tokens of yet is read as it would go to the model.
bool InspectorDesk::requestText(ScoreRequest* request) {
    const Conversation& shown = *conversation();
    const Message& text = *message();
    const SentTurns sent =
        sentTurns(shown, m_place.node, m_controller->planOf(m_place.conversation));
    if (!sent.nodes.contains(m_place.node)) {
        return false;
    }
    const QString prompt = buildPrompt(text.format, sent);
    m_scoredKnown = {};
    QString part = text.text;
    qsizetype begin = prompt.lastIndexOf(part);
    if (begin < 0) {
        part = text.text.trimmed();
        begin = prompt.lastIndexOf(part);
        m_scoredKnown.textBegin = text.text.indexOf(part);
        m_scoredKnown.textLength = part.size();
    }
    if (part.isEmpty() || begin < 0) {
        return false;
    }
    m_scoredFrom = prompt.first(begin).toUtf8().size();
    m_scoredBytes = part.toUtf8().size();
    m_scored.clear();
    request->text = prompt.first(begin + part.size());
    request->from = 0;
    return true;
}

void InspectorDesk::stopScore() {
    if (m_scoring != 0) {
        raiseStop(m_scoreStop);
        m_scoring = 0;
        showOffer();
    }
}

void InspectorDesk::onScoreArrived(const ScoreArrived& arrived) {
    if (m_scoring == 0 || arrived.id != m_scoring) {
        return;
    }
    m_scoreDone = arrived.from + static_cast<int>(arrived.tokens.size());
    m_scoreTotal = arrived.total;
    if (m_known.exact) {
        for (qsizetype at = 0; at < arrived.tokens.size(); ++at) {
            const qsizetype token = arrived.from + at - m_known.context.size();
            if (token < 0 || token >= m_known.tokens.size()) {
                continue;
            }
            // What the sampler's chain left is known only of what was drawn.
            const float chain = m_known.tokens.at(token).chainProbability;
            m_known.tokens[token] = arrived.tokens.at(at);
            m_known.tokens[token].chainProbability = chain;
        }
    } else {
        m_scored += arrived.tokens;
        takeScoredText();
    }
    showTokens();
    showOffer();
}

/// The tokens in which the message lies, of the whole text that was read.
void InspectorDesk::takeScoredText() {
    Known known = m_scoredKnown;
    qsizetype begin = 0;
    for (const TokenDetail& token : m_scored) {
        const qsizetype end = begin + token.bytes.size();
        if (end > m_scoredFrom && begin < m_scoredFrom + m_scoredBytes) {
            if (known.tokens.isEmpty()) {
                known.lead = std::max<qsizetype>(0, m_scoredFrom - begin);
            }
            known.tokens.append(token);
        } else if (known.tokens.isEmpty()) {
            known.context.append(token.id);
        }
        begin = end;
    }
    m_known = known;
}

void InspectorDesk::onScoreEnded(const ScoreEnded& end) {
    if (m_scoring == 0 || end.id != m_scoring) {
        return;
    }
    m_scoring = 0;
    if (end.complete) {
        m_known.exact = true;
        keep(m_place, m_known);
        showTokens();
        showTree();
    }
    showOffer();
}

void InspectorDesk::onFailed(const EngineFailed& failure) {
    if (failure.id == 0) {
        return;
    }
    if (failure.id == m_scoring) {
        m_scoring = 0;
        m_problem = failure.sentence;
        showOffer();
    } else if (failure.id == m_live) {
        m_live = 0;
        m_branchWish.first = -1;
        build();
    }
}

// ---- Branches

void InspectorDesk::branch(int token, quint32 alternative) {
    if (!isReply() || token < 0 || token >= m_known.tokens.size()) {
        return;
    }
    const QList<TokenAlternative>& top = m_known.tokens.at(token).top;
    const auto found = std::find_if(top.begin(), top.end(), [&](const TokenAlternative& each) {
        return each.id == alternative;
    });
    if (found == top.end()) {
        return;
    }
    if (found->bytes.isEmpty()) {
        m_problem = tr("With this token the reply would end here; there is nothing to go on from.");
        showOffer();
        return;
    }
    if (m_live != 0) {
        m_branchWish = {token, alternative};
        m_controller->stop();
        return;
    }
    if (!m_known.exact) {
        return;
    }
    ReplyBranch branch;
    branch.node = m_place.node;
    branch.tokens = m_known.context;
    m_beginning = m_known.tokens.first(token);
    TokenDetail other = m_known.tokens.at(token);
    other.id = found->id;
    other.bytes = found->bytes;
    other.logprob = found->logprob;
    other.rank = static_cast<int>(std::distance(top.begin(), found));
    other.chainProbability = TokenDetail::kNotComputed;
    m_beginning.append(other);
    for (const TokenDetail& each : std::as_const(m_beginning)) {
        branch.tokens.append(each.id);
        branch.given.append(each.logprob);
        branch.bytes += each.bytes;
    }
    branch.bytes.remove(0, m_known.lead);
    m_problem.clear();
    m_controller->branchReply(branch);
}

void InspectorDesk::showVersion(NodeId node) {
    const Conversation* shown = conversation();
    if (!shown || row() < 0) {
        return;
    }
    const qsizetype version = shown->siblings(m_place.node).indexOf(node);
    if (version >= 0) {
        m_controller->showVersion(row(), static_cast<int>(version) + 1);
    }
}

// ---- What is shown

TokenSpans InspectorDesk::spansIn(const Known& known, const QString& text) const {
    QList<QByteArray> bytes;
    bytes.reserve(known.tokens.size());
    for (const TokenDetail& token : known.tokens) {
        bytes.append(bytes.isEmpty() ? token.bytes.mid(known.lead) : token.bytes);
    }
    TokenSpans spans = spansOf(bytes, text.mid(known.textBegin, known.textLength));
    for (qsizetype& begin : spans.begins) {
        begin += known.textBegin;
    }
    return spans;
}

void InspectorDesk::layOver() {
    const Message* text = message();
    if (!text) {
        m_spans = {};
        return;
    }
    // Of a text that is still read or written only the first tokens are known, and the last ones
    // may not be shown yet.
    if (m_live == 0 && m_scoring == 0) {
        m_spans = spansIn(m_known, text->text);
        return;
    }
    Known known = m_known;
    qsizetype bytes = -known.lead;
    for (const TokenDetail& token : known.tokens) {
        bytes += token.bytes.size();
    }
    const QByteArray all = text->text.mid(known.textBegin, known.textLength).toUtf8();
    if (bytes < all.size()) {
        const qsizetype whole = wholeCharacters(all.first(std::max<qsizetype>(0, bytes)));
        known.textLength = QString::fromUtf8(all.first(whole)).size();
    }
    m_spans = spansIn(known, text->text);
}

void InspectorDesk::showTokens() {
    layOver();
    if (m_wantedOffset >= 0 && m_spans.tokenAt(m_wantedOffset) >= 0) {
        m_current = static_cast<int>(m_spans.tokenAt(m_wantedOffset));
        m_wantedOffset = -1;
    }
    m_current = std::min(m_current, static_cast<int>(m_known.tokens.size()) - 1);
    emit tokensShown(m_known.tokens);
    emit currentShown(m_current);
    emit branchableShown(isReply() && (m_known.exact || m_live != 0));
    markCurrent();
}

void InspectorDesk::showHeading() {
    const Message* text = message();
    if (!text) {
        emit headingShown({});
    } else if (text->speaker == Speaker::User) {
        emit headingShown(tr("Your message"));
    } else if (text->versions > 1) {
        const QLocale locale;
        emit headingShown(
            tr("Reply, version %1 of %2")
                .arg(locale.toString(text->version), locale.toString(text->versions)));
    } else {
        emit headingShown(tr("Reply"));
    }
}

QString InspectorDesk::statusSentence() const {
    const Message* text = message();
    const QLocale locale;
    if (!text) {
        return tr("Click a word of a reply to see the tokens it is made of, how likely each one "
                  "was, and what could have come instead.");
    }
    if (!m_problem.isEmpty()) {
        return m_problem;
    }
    if (m_scoring != 0) {
        return m_scoreTotal == 0
                   ? tr("The model is reading the text …")
                   : tr("The model is reading the text: token %1 of %2 …")
                         .arg(locale.toString(m_scoreDone), locale.toString(m_scoreTotal));
    }
    if (isUnfinished(*text)) {
        return m_known.tokens.isEmpty() ? tr("The tokens come with the text.") : QString();
    }
    if (m_known.tokens.isEmpty()) {
        return m_controller->models()->isReady()
                   ? tr("The tokens of this text are not known yet. Score lets the model read it.")
                   : tr("Open a model to see the tokens of this text.");
    }
    return {};
}

void InspectorDesk::showOffer() {
    const Message* text = message();
    const bool can =
        text && !isUnfinished(*text) && !text->text.isEmpty() && m_controller->models()->isReady();
    const bool needed = m_known.tokens.isEmpty() || !isComplete(m_known.tokens);
    emit scoreOffered(m_scoring != 0  ? ScoreOffer::Stop
                      : can && needed ? ScoreOffer::Score
                                      : ScoreOffer::None);
    emit statusShown(statusSentence());
}

void InspectorDesk::showTree() {
    const Conversation* shown = conversation();
    BranchTree tree;
    if (shown && isReply()) {
        tree.versions = shown->siblings(m_place.node);
        tree.shown = m_place.node;
        QHash<quint32, QByteArray> bytes;
        QList<TriedPath> paths;
        for (const NodeId node : std::as_const(tree.versions)) {
            const Place place{m_place.conversation, node};
            const auto kept = std::find_if(m_kept.begin(), m_kept.end(),
                                           [&](const auto& each) { return each.first == place; });
            const Known known = node == m_place.node   ? m_known
                                : kept != m_kept.end() ? kept->second
                                                       : knownFromRecords(node);
            TriedPath path;
            path.node = node;
            for (const TokenDetail& token : known.tokens) {
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
    }
    emit treeShown(tree);
}

} // namespace phidelity
