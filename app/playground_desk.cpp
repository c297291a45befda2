// SPDX-License-Identifier: MIT
#include "app/playground_desk.h"

#include <algorithm>

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
    if (isBusy() && m_wish.page == id) {
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

void PlaygroundDesk::showBranch(const QString& id, int branch) {
    PlayPage* page = find(id);
    if (page && page->find(branch)) {
        page->current = branch;
        keep(*page);
        emit branchesChanged(*page);
    }
}

void PlaygroundDesk::forkPage(const QString& id) {
    if (PlayPage* page = find(id)) {
        const QList<TextPiece> pieces = firstOf(page->shown().pieces, page->cursor);
        page->current = page->add(page->current, page->cursor, pieces, 0);
        keep(*page);
        emit branchesChanged(*page);
    }
}

void PlaygroundDesk::branchAt(const QString& id, qsizetype at, const TokenDetail& token) {
    PlayPage* page = find(id);
    const QString said = QString::fromUtf8(token.bytes);
    if (!page || isBusy() || said.isEmpty() || said.contains(QChar::ReplacementCharacter)) {
        return;
    }
    const QList<TextPiece> pieces =
        firstOf(page->shown().pieces, at) + QList<TextPiece>{{said, Origin::Generated, {token}}};
    page->current = page->add(page->current, at, pieces, 0);
    page->cursor = textOf(pieces).size();
    keep(*page);
    emit branchesChanged(*page);
    write({id, page->current, textOf(pieces), page->cursor, 1});
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
    m_task = Task::None;
    m_running = 0;
    m_stop.reset();
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

void PlaygroundDesk::generate(const QString& prompt, const GenerationSettings& settings,
                              const QStringList& stops) {
    GenerateRequest request;
    request.id = m_running = nextRequestId();
    request.prompt = prompt;
    request.stops = stops + settings.extraStops;
    request.settings = settings;
    request.alternatives = kAlternatives;
    request.stop = m_stop;
    m_maker = {};
    emit generateRequested(request);
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
        generate(wish.prompt, m_settings, {});
        return;
    }
    m_base = branch->pieces;
    SamplesRequest request;
    request.id = m_running = nextRequestId();
    request.prompt = wish.prompt;
    request.alternatives = kAlternatives;
    request.stop = m_stop;
    m_samples.clear();
    m_sampleMakers = std::vector<PieceMaker>(static_cast<std::size_t>(wish.count));
    m_sampleTexts = QList<QList<TextPiece>>(wish.count);
    quint64 seed =
        m_settings.randomSeed ? QRandomGenerator::system()->generate64() : m_settings.seed;
    const int parent = wish.branch;
    for (int index = 0; index < wish.count; ++index) {
        SampleWish one{m_settings, m_settings.extraStops};
        one.settings.randomSeed = false;
        one.settings.seed = seed++;
        request.wishes.append(one);
        m_samples.append(page->add(parent, wish.at, m_base, one.settings.seed));
    }
    keep(*page);
    emit samplesBegan(m_samples);
    emit branchesChanged(*page);
    emit samplesRequested(request);
}

// ---- Comparing

void PlaygroundDesk::compare(const CompareWish& wish) {
    if (!begin(Task::Comparing)) {
        return;
    }
    m_comparison = wish;
    m_modelBefore = m_models->model().path;
    // The same luck on both sides, so that what differs is what was chosen to differ.
    const quint64 seed = wish.sides[0].settings.randomSeed
                             ? QRandomGenerator::system()->generate64()
                             : wish.sides[0].settings.seed;
    for (CompareSide& side : m_comparison.sides) {
        side.settings.randomSeed = false;
        side.settings.seed = seed;
    }
    m_side = 0;
    runSide();
}

void PlaygroundDesk::runSide() {
    const CompareSide& side = m_comparison.sides[m_side];
    emit sideBegan(m_side);
    const QString model = side.model.value_or(m_modelBefore);
    if (m_models->isOpening() || m_models->model().path != model) {
        m_awaitsModel = true;
        if (!m_models->isOpening()) {
            m_models->open(model);
        }
        return;
    }
    const QString prompt = side.format == PromptFormat(FormatId::Raw)
                               ? m_comparison.prompt
                               : buildPrompt(side.format, {{Speaker::User, m_comparison.prompt}});
    generate(prompt, side.settings, stopStrings(side.format));
}

void PlaygroundDesk::onModelSettled() {
    if (!m_awaitsModel) {
        return;
    }
    m_awaitsModel = false;
    const QString model = m_comparison.sides[m_side].model.value_or(m_modelBefore);
    if (m_models->isReady() && m_models->model().path == model) {
        runSide();
    } else {
        endSide(tr("Its model could not be opened"));
    }
}

void PlaygroundDesk::endSide(const QString& note) {
    m_running = 0;
    emit sideEnded(m_side, note);
    const bool stopped = m_stop && m_stop->load();
    if (!stopped && m_side == 0) {
        m_side = 1;
        runSide();
        return;
    }
    finish({});
    emit comparisonEnded();
    if (m_models->isReady() && m_models->model().path != m_modelBefore) {
        m_models->open(m_modelBefore);
    }
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
    } else {
        finish({});
    }
}

} // namespace phidelity
