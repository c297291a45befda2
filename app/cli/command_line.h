// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "inference/result.h"

namespace CLI {
class App;
}

namespace phidelity {

enum class Need { Optional, Required };

/// The options of one verb. Each call ties a name to a variable, which holds the default until
/// CommandLine::parse fills it and which must outlive that. Names: "-m,--model" is an option, "OUT"
/// without dashes an argument. `type` is what the help shows for the value.
class Command {
public:
    Command(CLI::App& app, std::function<Result<int>()>& action) : m_app(&app), m_action(&action) {}

    void text(const std::string& name, std::string& target, const std::string& type,
              const std::string& help, Need need = Need::Optional);
    /// Remains empty where the option is not given.
    void text(const std::string& name, std::optional<std::string>& target, const std::string& type,
              const std::string& help);
    /// May be given several times.
    void texts(const std::string& name, std::vector<std::string>& target, const std::string& type,
               const std::string& help);
    /// One of `allowed`.
    void choice(const std::string& name, std::string& target,
                const std::vector<std::string>& allowed, const std::string& type,
                const std::string& help, Need need = Need::Optional);
    void flag(const std::string& name, bool& target, const std::string& help);
    /// One number from low to high, decimal whatever the locale; NaN is none.
    void number(const std::string& name, float& target, float low, float high,
                const std::string& help);
    void number(const std::string& name, std::int32_t& target, std::int32_t low, std::int32_t high,
                const std::string& help);
    void number(const std::string& name, std::uint32_t& target, std::uint32_t low,
                std::uint32_t high, const std::string& help);
    /// Any number of 64 bits.
    void number(const std::string& name, std::uint64_t& target, const std::string& help);
    void number(const std::string& name, std::optional<std::uint64_t>& target,
                const std::string& help);
    /// What the help ends with.
    void footer(const std::string& text);
    /// What the verb does once its variables are filled. BadArgument means wrong usage (exit code
    /// 2), any other error a failure (exit code 1).
    void run(std::function<Result<void>()> action) {
        runForCode([action = std::move(action)]() -> Result<int> {
            PHIDELITY_CHECK(action());
            return 0;
        });
    }
    /// As run, for a verb whose answer is also its exit code: 0 or 1.
    void runForCode(std::function<Result<int>()> action) { *m_action = std::move(action); }

private:
    CLI::App* m_app;
    std::function<Result<int>()>* m_action;
};

/// The whole command line: verbs, help, version. The one place that knows the library behind it.
class CommandLine {
public:
    CommandLine();
    ~CommandLine();

    /// Adds a verb. The first line of `description` stands in the list of verbs.
    [[nodiscard]] Command add(const std::string& verb, const std::string& description);

    /// Fills the variables of the verb that was named. BadArgument: wrong usage, as one line.
    /// False: help or version was asked for and has been printed; there is nothing to run.
    [[nodiscard]] Result<bool> parse(int argc, char** argv);
    /// Runs the verb that was parsed; its exit code.
    [[nodiscard]] Result<int> run() const;
    /// The verb that was named, or empty.
    [[nodiscard]] std::string verb() const;

private:
    struct Parts;
    std::unique_ptr<Parts> m_parts;
};

} // namespace phidelity
