// SPDX-License-Identifier: MIT
#include "written_file.h"

#include <chrono>
#include <cstdio>
#include <string>
#include <system_error>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "interrupt.h"
#include "json_text.h"
#include "options.h"
#include "output.h"

namespace phidelity {

namespace {

using Json = nlohmann::ordered_json;

/// Percent on standard error, where a person watches.
class ProgressLine {
public:
    ~ProgressLine() {
        if (m_percent >= 0) {
            std::fputs("\r\x1b[K", stderr);
        }
    }
    void show(std::uint64_t done, std::uint64_t total) {
        const int percent =
            total == 0
                ? 100
                : static_cast<int>(100.0 * static_cast<double>(done) / static_cast<double>(total));
        if (m_terminal && percent != m_percent) {
            m_percent = percent;
            std::fprintf(stderr, "\rwriting: %d %%", percent);
        }
    }

private:
    bool m_terminal = ::isatty(STDERR_FILENO) == 1;
    int m_percent = -1;
};

template <class Model>
Result<void> write(Model& model, const std::filesystem::path& out, QuantPreset preset,
                   ReportStyle style) {
    const auto start = std::chrono::steady_clock::now();
    {
        ProgressLine line;
        PHIDELITY_CHECK(writeGguf(
            model, out, preset,
            [&](std::uint64_t done, std::uint64_t total) { line.show(done, total); },
            &interruptFlag()));
    }
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    // Opening it again proves that what was written can be read.
    PHIDELITY_TRY(const auto written, Checkpoint::open(out));
    std::error_code ignored;
    const std::uintmax_t bytes = std::filesystem::file_size(out, ignored);
    Output output;
    if (style == ReportStyle::Json) {
        const Json json{{"output", out.string()},
                        {"types", written->typeSummary()},
                        {"bytes", bytes},
                        {"seconds", elapsed.count()}};
        return output.write(jsonText(json));
    }
    char size[64];
    std::snprintf(size, sizeof size, "%.1f MB in %.1f s", static_cast<double>(bytes) / 1e6,
                  elapsed.count());
    return output.writeModelText("Wrote " + out.string() + ": " + written->typeSummary() + ", " +
                                 size + "\n");
}

} // namespace

Result<void> writeAndReport(const Checkpoint& checkpoint, const std::filesystem::path& out,
                            QuantPreset preset, ReportStyle style) {
    PHIDELITY_CHECK(checkOutputIsNotRead(checkpoint, out));
    return write(checkpoint, out, preset, style);
}

Result<void> writeAndReport(RowSource& source, const std::filesystem::path& out, QuantPreset preset,
                            ReportStyle style) {
    return write(source, out, preset, style);
}

std::string presetNames() {
    std::string names;
    for (const QuantPreset preset : quantPresets()) {
        names += names.empty() ? "" : ", ";
        names += presetName(preset);
    }
    return names;
}

} // namespace phidelity
