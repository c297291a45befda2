// SPDX-License-Identifier: MIT
#include "written_file.h"

#include <chrono>
#include <cstdio>
#include <string>
#include <system_error>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "json_text.h"
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

} // namespace

Result<void> writeAndReport(const Checkpoint& checkpoint, const std::filesystem::path& out,
                            QuantPreset preset, ReportStyle style) {
    std::error_code ignored; // an output that does not exist yet is the usual case
    for (const std::filesystem::path& file : checkpoint.files()) {
        if (std::filesystem::equivalent(file, out, ignored)) {
            return fail(ErrorCode::BadArgument,
                        "OUT: expected another file than the one that is read, found " +
                            out.string());
        }
    }
    const auto start = std::chrono::steady_clock::now();
    {
        ProgressLine line;
        PHIDELITY_CHECK(
            writeGguf(checkpoint, out, preset,
                      [&](std::uint64_t done, std::uint64_t total) { line.show(done, total); }));
    }
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    // Opening it again proves that what was written can be read.
    PHIDELITY_TRY(const auto written, Checkpoint::open(out));
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

std::string presetNames() {
    std::string names;
    for (const QuantPreset preset : quantPresets()) {
        names += names.empty() ? "" : ", ";
        names += presetName(preset);
    }
    return names;
}

} // namespace phidelity
