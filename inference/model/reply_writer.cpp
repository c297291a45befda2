// SPDX-License-Identifier: MIT
#include "inference/model/reply_writer.h"

#include <utility>

#include "inference/sample/raw_distribution.h"

namespace phidelity {

std::string TextAssembler::finish() {
    if (m_stopped) {
        return {};
    }
    std::string text = take(m_matcher.push(m_utf8.finish()));
    return m_stopped ? text : text + m_matcher.finish();
}

std::string TextAssembler::take(StopMatcher::Step step) {
    if (step.stopped) {
        m_stopped = true;
        m_cut = std::move(step.cut) + m_utf8.finish();
    }
    return std::move(step.text);
}

ReplyWriter::ReplyWriter(const Model& model, const GenerationRequest& request,
                         const std::function<void(const GenerationEvent&)>& listener)
    : m_model(model), m_request(request), m_listener(listener), m_assembler(request.stops),
      m_sampler(samplerFor(model, request.sampler)),
      m_wish(wishFor(model, m_sampler, request.alternatives)), m_history(request.prompt) {
    m_done.sampler = request.sampler;
    m_done.samplingBefore = request.sampling;
    m_done.samplingAfter = request.sampling;
    m_done.prompt = request.prompt;
}

Result<void> ReplyWriter::take(const NextLogits& logits) {
    if (m_history.size() >= m_model.context()) {
        end(FinishReason::ContextFull);
        return {};
    }
    PHIDELITY_TRY(Draw draw, drawFrom(logits));
    m_history.push_back(draw.id);
    accept(std::move(draw), logits);
    return {};
}

Result<Draw> ReplyWriter::drawFrom(const NextLogits& logits) {
    SamplerState& state = m_done.samplingAfter;
    return logits.top ? m_sampler.drawFromTop(*logits.top, m_history, state, m_request.alternatives)
                      : m_sampler.draw(logits.all, m_history, state, m_request.alternatives);
}

void ReplyWriter::accept(Draw draw, const NextLogits& logits) {
    const bool ends = draw.id == m_model.tokenizer().endOfText();
    GeneratedToken token;
    token.id = draw.id;
    token.bytes = m_model.tokenizer().bytes(draw.id);
    token.logprob = draw.logprob;
    token.chainProbability = draw.chainProbability;
    token.alternatives = std::move(draw.top);
    if (m_request.alternatives > 0) {
        const RawDistribution distribution(logits.all, m_model.tokenizer().size());
        token.rank = distribution.rank(draw.id);
        token.entropy = distribution.entropy();
    }
    m_done.tokens.push_back(std::move(token));

    std::string text = ends ? std::string() : m_assembler.push(m_done.tokens.back().bytes);
    m_ended = true;
    if (ends) {
        m_done.finish = FinishReason::EndOfText;
    } else if (m_assembler.stopped()) {
        m_done.finish = FinishReason::StopString;
    } else if (m_done.tokens.size() == m_request.maxTokens) {
        m_done.finish = FinishReason::MaxTokens;
    } else if (m_history.size() >= m_model.context()) {
        m_done.finish = FinishReason::ContextFull;
    } else {
        m_ended = false;
    }
    if (m_ended) {
        text += m_assembler.finish();
    }
    m_done.text += text;
    tell(&m_done.tokens.back(), text, m_request.prompt.size());
}

void ReplyWriter::end(FinishReason reason, std::optional<Error> failure) {
    if (const std::string rest = m_assembler.finish(); !rest.empty()) {
        m_done.text += rest;
        tell(nullptr, rest, m_request.prompt.size());
    }
    m_done.finish = reason;
    m_done.failure = std::move(failure);
    m_ended = true;
}

FinishedGeneration ReplyWriter::takeDone() {
    m_done.cut = m_assembler.cut();
    m_done.timings.promptTokens = static_cast<std::uint32_t>(m_request.prompt.size());
    m_done.timings.generatedTokens = static_cast<std::uint32_t>(m_done.tokens.size());
    return std::move(m_done);
}

void ReplyWriter::tell(const GeneratedToken* token, std::string_view text,
                       std::size_t promptDone) const {
    if (m_listener) {
        m_listener({static_cast<std::uint32_t>(promptDone), token, text});
    }
}

} // namespace phidelity
