// SPDX-License-Identifier: MIT
#include "app/playground_desk.h"

#include <algorithm>
#include <utility>

#include <QLocale>
#include <QRandomGenerator>

#include "app/request_ids.h"

namespace phidelity {

namespace {

QString noteOf(const GenerationEnded& end) {
    const QLocale locale;
    const auto tr = [](const char* text) { return PlaygroundDesk::tr(text); };
    const QString count = PlaygroundDesk::tr("%n tokens", nullptr, end.generatedTokens);
    const auto with = [&](const QString& why) { return QStringLiteral("%1 · %2").arg(why, count); };
    switch (end.reason) {
    case EndReason::EndOfText:
        return with(tr("Ended by the model"));
    case EndReason::StopString:
        return with(tr("Ended at a stop string"));
    case EndReason::MaxTokens:
        return with(tr("As long as allowed"));
    case EndReason::ContextFull:
        return with(tr("The context is full"));
    case EndReason::Stopped:
        return with(tr("Stopped"));
    case EndReason::Interrupted:
        return with(tr("Interrupted"));
    }
    return count;
}

} // namespace

PlaygroundDesk::PlaygroundDesk(ModelDesk* models, const QString& folder)
    : m_models(models), m_keeper(folder) {
    connect(&m_keeper, &PageKeeper::failed, this,
            [this](const QString& sentence) { emit noticeRaised(sentence, {}); });
    connect(models, &ModelDesk::settled, this, &PlaygroundDesk::onModelSettled);
}

PlaygroundDesk::~PlaygroundDesk() {
    raiseStop(m_stop);
}

// ---- Pages

void PlaygroundDesk::start() {
    QStringList unreadable;
    m_pages = m_keeper.load(&unreadable);
    if (openPages().isEmpty()) {
        m_pages.append(newPage(0));
    }
    emit pagesShown(openPages(), openPages().first().id);
    if (!unreadable.isEmpty()) {
        emit noticeRaised(tr("A page of the playground cannot be read and was left as it is; the "
                             "others are here."),
                          unreadable.join(QStringLiteral(", ")));
    }
}

PlayPage* PlaygroundDesk::find(const QString& id) {
    const auto found = std::find_if(m_pages.begin(), m_pages.end(),
                                    [&](const PlayPage& page) { return page.id == id; });
    return found == m_pages.end() ? nullptr : &*found;
}

QList<PlayPage> PlaygroundDesk::openPages() const {
    QList<PlayPage> open;
    std::copy_if(m_pages.begin(), m_pages.end(), std::back_inserter(open),
                 [](const PlayPage& page) { return page.open; });
    return open;
}

void PlaygroundDesk::takeEdit(const QString& id, int branch, const QList<TextPiece>& pieces,
                              qsizetype cursor) {
    PlayPage* page = find(id);
    PlayBranch* edited = page ? page->find(branch) : nullptr;
    if (edited) {
        edited->pieces = pieces;
        page->cursor = cursor;
        keep(*page);
    }
}

void PlaygroundDesk::addPage() {
    int place = 0;
    for (const PlayPage& page : std::as_const(m_pages)) {
        place = std::max(place, page.place + 1);
    }
    m_pages.append(newPage(place));
    keep(m_pages.last());
    emit pagesShown(openPages(), m_pages.last().id);
}

void PlaygroundDesk::closePage(const QString& id) {
    PlayPage* page = find(id);
    if (!page) {
        return;
    }
    if (isBusy() && (m_task == Task::Scoring ? m_scored.page : m_wish.page) == id) {
        stop();
    }
    const QList<PlayPage> before = openPages();
    const auto at = std::find_if(before.begin(), before.end(),
                                 [&](const PlayPage& each) { return each.id == id; }) -
                    before.begin();
    page->open = false;
    keep(*page);
    // The last one that was closed is the first to come back.
    m_pages.move(page - m_pages.data(), m_pages.size() - 1);
    const QList<PlayPage> open = openPages();
    if (open.isEmpty()) {
        addPage();
    } else {
        emit pagesShown(open, open.at(std::min<qsizetype>(at, open.size() - 1)).id);
    }
}

void PlaygroundDesk::reopenPage() {
    const auto closed = std::find_if(m_pages.rbegin(), m_pages.rend(),
                                     [](const PlayPage& page) { return !page.open; });
    if (closed != m_pages.rend()) {
        closed->open = true;
        keep(*closed);
        const QString id = closed->id;
        // Open ones by their places, and behind them the closed ones in the order of closing.
        std::stable_sort(m_pages.begin(), m_pages.end(), [](const PlayPage& a, const PlayPage& b) {
            return a.open != b.open ? a.open : a.open && a.place < b.place;
        });
        emit pagesShown(openPages(), id);
    }
}

void PlaygroundDesk::movePages(const QStringList& ids) {
    for (PlayPage& page : m_pages) {
        const auto place = static_cast<int>(ids.indexOf(page.id));
        if (place >= 0 && page.place != place) {
            page.place = place;
            keep(page);
        }
    }
    std::stable_sort(m_pages.begin(), m_pages.end(), [](const PlayPage& a, const PlayPage& b) {
        return a.open && b.open ? a.place < b.place : a.open && !b.open;
    });
}

// ---- Writing

bool PlaygroundDesk::begin(Task task) {
    if (isBusy()) {
        return false;
    }
    if (!m_models->isReady() && !m_models->isOpening()) {
        emit noticeRaised(tr("No model is open. Open one, or use the demo model (File menu)."), {});
        return false;
    }
    m_task = task;
    m_stop = newStop();
    emit busyChanged(true);
    emit noteShown(tr("Reading…"));
    return true;
}

void PlaygroundDesk::finish(const QString& note) {
    const bool scored = std::exchange(m_task, Task::None) == Task::Scoring;
    m_running = 0;
    m_stop.reset();
    if (scored) {
        emit scoringChanged(false);
    }
    emit busyChanged(false);
    emit noteShown(note);
}

void PlaygroundDesk::stop() {
    raiseStop(m_stop);
    if (m_awaitsModel) {
        m_awaitsModel = false;
        endSide(tr("Stopped"));
    }
}

void PlaygroundDesk::generate(const QString& prompt, const QList<quint32>& tokens,
                              const GenerationSettings& settings, const QStringList& stops) {
    GenerateRequest request;
    request.id = m_running = nextRequestId();
    request.prompt = prompt;
    request.promptTokens = tokens;
    request.stops = stops;
    request.settings = settings;
    request.alternatives = kAlternatives;
    request.stop = m_stop;
    m_maker = {};
    emit generateRequested(request);
}

/// Empty where the model that is open says something else by one of them.
QList<quint32> PlaygroundDesk::idsOf(const QList<TokenDetail>& tokens) const {
    const auto& texts = m_models->model().texts;
    QList<quint32> ids;
    for (const TokenDetail& token : tokens) {
        if (!texts || texts->bytes.value(static_cast<qsizetype>(token.id)) != token.bytes) {
            return {};
        }
        ids.append(token.id);
    }
    return ids;
}

/// Where they are known: what was generated goes on from its own tokens, which are in the cache,
/// and not from what its text would be made of.
QList<quint32> PlaygroundDesk::promptTokens(const PlayWish& wish) const {
    const auto page = std::find_if(m_pages.begin(), m_pages.end(),
                                   [&](const PlayPage& each) { return each.id == wish.page; });
    const PlayBranch* branch = page == m_pages.end() ? nullptr : page->find(wish.branch);
    if (!branch || wish.from != 0) {
        return {};
    }
    return idsOf(tokensBefore(*branch, wish.at));
}

void PlaygroundDesk::write(const PlayWish& wish) {
    PlayPage* page = find(wish.page);
    const PlayBranch* branch = page ? page->find(wish.branch) : nullptr;
    if (!branch || !begin(wish.count > 1 ? Task::Samples : Task::Writing)) {
        return;
    }
    m_wish = wish;
    if (wish.count == 1) {
        emit writingBegan(wish.page, wish.branch, static_cast<int>(wish.at));
        generate(wish.prompt, promptTokens(wish), m_settings, {});
        return;
    }
    m_base = branch->pieces;
    SamplesRequest request;
    request.id = m_running = nextRequestId();
    request.prompt = wish.prompt;
    request.promptTokens = promptTokens(wish);
    request.alternatives = kAlternatives;
    request.stop = m_stop;
    m_samples.clear();
    m_sampleMakers = std::vector<PieceMaker>(static_cast<std::size_t>(wish.count));
    m_sampleTexts = QList<QList<TextPiece>>(wish.count);
    quint64 seed =
        m_settings.randomSeed ? QRandomGenerator::system()->generate64() : m_settings.seed;
    const int parent = wish.branch;
    for (int index = 0; index < wish.count; ++index) {
        SampleWish one{m_settings, {}};
        one.settings.randomSeed = false;
        one.settings.seed = seed++;
        request.wishes.append(one);
        m_samples.append(page->add(parent, wish.at, m_base, one.settings.seed));
        page->branches.last().reading = firstOfReading(page->find(parent)->reading, wish.at);
    }
    keep(*page);
    emit samplesBegan(m_samples);
    emit branchesChanged(*page);
    emit samplesRequested(request);
}

// ---- What the engine answers

void PlaygroundDesk::onTextArrived(const TextArrived& arrived) {
    if (m_running == 0 || arrived.id != m_running) {
        return;
    }
    const QList<TextPiece> pieces = m_maker.take(arrived.text, arrived.details);
    if (m_task == Task::Comparing) {
        emit sideWritten(m_side, pieces);
        return;
    }
    emit written(pieces);
    emit noteShown(tr("%1 tokens/s").arg(QLocale().toString(arrived.tokensPerSecond, 'f', 1)));
}

void PlaygroundDesk::onGenerationEnded(const GenerationEnded& end) {
    if (m_running == 0 || end.id != m_running) {
        return;
    }
    if (end.reason == EndReason::Interrupted && !end.problem.isEmpty()) {
        emit noticeRaised(end.problem, {});
    }
    if (m_task == Task::Comparing) {
        endSide(noteOf(end));
    } else {
        keepPrompt(m_wish.page, {m_wish.branch}, end);
        finish(noteOf(end));
    }
}

void PlaygroundDesk::onSampleArrived(const SampleArrived& arrived) {
    const int index = arrived.index;
    if (m_running == 0 || arrived.id != m_running || index < 0 || index >= m_samples.size()) {
        return;
    }
    const QList<TextPiece> pieces =
        m_sampleMakers[static_cast<std::size_t>(index)].take(arrived.text, arrived.tokens);
    m_sampleTexts[index] += pieces;
    emit sampleWritten(index, pieces);
    emit noteShown(tr("Writing…"));
    PlayPage* page = find(m_wish.page);
    PlayBranch* branch = page ? page->find(m_samples.at(index)) : nullptr;
    if (branch) {
        branch->pieces = withInserted(m_base, m_wish.at, m_sampleTexts.at(index));
        keep(*page);
    }
}

void PlaygroundDesk::onSamplesEnded(const SamplesEnded& end) {
    if (m_running == 0 || end.id != m_running) {
        return;
    }
    for (int index = 0; index < end.ends.size(); ++index) {
        emit sampleEnded(index, noteOf(end.ends.at(index)));
    }
    if (!end.ends.isEmpty()) {
        keepPrompt(m_wish.page, QList<int>{m_wish.branch} + m_samples, end.ends.first());
    }
    if (const PlayPage* page = find(m_wish.page)) {
        keep(*page);
        emit branchesChanged(*page);
    }
    finish({});
}

void PlaygroundDesk::onFailed(const EngineFailed& failure) {
    if (m_running == 0 || failure.id != m_running) {
        return;
    }
    emit noticeRaised(failure.sentence, failure.detail);
    if (m_task == Task::Comparing) {
        endSide(tr("It could not be written"));
    } else if (m_task == Task::Scoring) {
        showScored();
        finish(tr("It could not be read to its end"));
    } else {
        finish({});
    }
}

} // namespace phidelity
