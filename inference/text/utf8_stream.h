// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace phidelity {

/// Turns bytes that arrive in any portions into valid UTF-8 without ever emitting half a character:
/// an incomplete sequence at the end waits for the next portion; bytes that cannot continue become
/// U+FFFD (one per maximal invalid part, Unicode 15 section 3.9, as the WHATWG decoder does).
class Utf8Stream {
public:
    /// The valid text that `bytes` completes. At most 3 bytes stay behind.
    [[nodiscard]] std::string push(std::string_view bytes);
    /// End of input: what is left behind becomes one U+FFFD, or nothing.
    [[nodiscard]] std::string finish();
    /// Bytes that wait for their continuation.
    [[nodiscard]] std::string_view pending() const { return m_pending; }

private:
    std::string m_pending;
};

/// Valid UTF-8 of any bytes, invalid parts replaced as above.
[[nodiscard]] std::string sanitizeUtf8(std::string_view bytes);

} // namespace phidelity
