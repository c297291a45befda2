// SPDX-License-Identifier: MIT
// Two ways to put one text to a model, one after the other.
#include <QRandomGenerator>

#include "app/playground_desk.h"

namespace phidelity {

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
    generate(prompt, {}, side.settings, stopStrings(side.format));
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

} // namespace phidelity
