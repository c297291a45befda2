// SPDX-License-Identifier: MIT
// What the model thinks of a text of the playground, and which tokens it was made of.
#include <algorithm>
#include <utility>

#include <QLocale>

#include "app/playground_desk.h"
#include "app/request_ids.h"
#include "ui/inspector/token_words.h"

namespace phidelity {

namespace {

constexpr qint64 kShowMs = 200;

} // namespace

// ---- What was read

void PlaygroundDesk::setReading(PlayPage& page, int branch, const Reading& fresh) {
    PlayBranch* read = page.find(branch);
    if (!read || fresh.tokens.isEmpty()) {
        return;
    }
    read->reading = mergedReading(read->reading, fresh);
    keep(page);
    emit readingChanged(page.id, branch, read->reading);
}

/// The tokens of a prompt are told by the record of what followed it.
void PlaygroundDesk::keepPrompt(const QString& id, const QList<int>& branches,
                                const GenerationEnded& end) {
    PlayPage* page = find(id);
    const auto& texts = m_models->model().texts;
    if (!page || !texts || m_wish.from != 0) {
        return;
    }
    Reading reading{m_wish.prompt, {}};
    for (const quint32 token : end.record.prompt) {
        TokenDetail detail;
        detail.id = token;
        detail.bytes = texts->bytes.value(static_cast<qsizetype>(token));
        reading.tokens.append(detail);
    }
    for (const int branch : branches) {
        setReading(*page, branch, reading);
    }
}

// ---- Scoring

void PlaygroundDesk::score(const QString& id, int branch, qsizetype from, qsizetype to) {
    const PlayPage* page = find(id);
    const PlayBranch* read = page ? page->find(branch) : nullptr;
    if (!read) {
        return;
    }
    const QString text = textOf(read->pieces).left(to);
    if (text.isEmpty()) {
        emit noteShown(tr("There is no text to be read."));
        return;
    }
    if (!begin(Task::Scoring)) {
        return;
    }
    m_scored = {id, branch, text, from, {}, {}};
    ScoreRequest request;
    request.id = m_running = nextRequestId();
    request.text = text;
    request.tokens = idsOf(tokensBefore(*read, to));
    request.alternatives = kAlternatives;
    request.stop = m_stop;
    emit scoringChanged(true);
    emit scoreRequested(request);
}

void PlaygroundDesk::onScoreArrived(const ScoreArrived& arrived) {
    if (m_running == 0 || arrived.id != m_running) {
        return;
    }
    m_scored.tokens += arrived.tokens;
    const QLocale locale;
    const QString done =
        tr("Reading: token %1 of %2")
            .arg(locale.toString(m_scored.tokens.size()), locale.toString(arrived.total));
    const int context = m_models->model().context;
    emit noteShown(arrived.total > context
                       ? tr("%1 · longer than the %2 that the model holds: each is seen with at "
                            "least the %3 before it")
                             .arg(done, locale.toString(context), locale.toString(context / 2))
                       : done);
    if (!m_scored.shown.isValid() || m_scored.shown.elapsed() > kShowMs) {
        showScored();
        m_scored.shown.start();
    }
}

void PlaygroundDesk::showScored() {
    PlayPage* page = find(m_scored.page);
    if (!page) {
        return;
    }
    QByteArray said;
    for (const TokenDetail& token : std::as_const(m_scored.tokens)) {
        said += token.bytes;
    }
    const QByteArray all = m_scored.text.toUtf8();
    if (!all.startsWith(said)) {
        return;
    }
    // Of one that ends in the middle of a character the rest has not come yet.
    QList<TokenDetail> tokens = m_scored.tokens;
    while (!tokens.isEmpty() && said.size() < all.size() &&
           (static_cast<unsigned char>(all.at(said.size())) & 0xC0) == 0x80) {
        said.chop(tokens.takeLast().bytes.size());
    }
    setReading(*page, m_scored.branch, {QString::fromUtf8(said), tokens});
}

QString PlaygroundDesk::scoreNote() const {
    const qsizetype before = QStringView(m_scored.text).first(m_scored.begin).toUtf8().size();
    QList<TokenDetail> summed;
    qsizetype end = 0;
    for (const TokenDetail& token : m_scored.tokens) {
        end += token.bytes.size();
        if (end > before) {
            summed.append(token);
        }
    }
    const QString sentence = scoreSentence(scoreOf(summed));
    const bool part = m_scored.begin > 0;
    return sentence.isEmpty() ? tr("A single token says nothing of how well it was foretold.")
           : part             ? tr("Selection: %1").arg(sentence)
                              : sentence;
}

void PlaygroundDesk::onScoreEnded(const ScoreEnded& end) {
    if (m_running == 0 || end.id != m_running) {
        return;
    }
    showScored();
    finish(end.complete ? scoreNote() : tr("Stopped. %1").arg(scoreNote()));
}

} // namespace phidelity
