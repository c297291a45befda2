// SPDX-License-Identifier: MIT
#include "inference/text/stop_matcher.h"

#include <algorithm>
#include <utility>

namespace phidelity {

namespace {

/// Length of the longest suffix of `text` that is a proper prefix of `stop`.
std::size_t unfinishedLength(std::string_view text, std::string_view stop) {
    for (std::size_t length = std::min(text.size(), stop.size() - 1); length > 0; --length) {
        if (text.substr(text.size() - length) == stop.substr(0, length)) {
            return length;
        }
    }
    return 0;
}

} // namespace

StopMatcher::StopMatcher(std::vector<std::string> stops) : m_stops(std::move(stops)) {
    std::erase_if(m_stops, [](const std::string& stop) { return stop.empty(); });
}

StopMatcher::Step StopMatcher::push(std::string_view text) {
    std::string whole = std::move(m_held);
    m_held.clear();
    whole.append(text);

    std::size_t begin = std::string::npos;
    const std::string* found = nullptr;
    for (const std::string& stop : m_stops) {
        const std::size_t position = whole.find(stop);
        if (position == std::string::npos) {
            continue;
        }
        if (position < begin || (position == begin && stop.size() > found->size())) {
            begin = position;
            found = &stop;
        }
    }
    if (found != nullptr) {
        return {whole.substr(0, begin), true, *found, whole.substr(begin)};
    }

    std::size_t held = 0;
    for (const std::string& stop : m_stops) {
        held = std::max(held, unfinishedLength(whole, stop));
    }
    m_held = whole.substr(whole.size() - held);
    whole.resize(whole.size() - held);
    return {std::move(whole), false, {}, {}};
}

std::string StopMatcher::finish() {
    return std::exchange(m_held, {});
}

} // namespace phidelity
