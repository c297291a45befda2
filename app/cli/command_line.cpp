// SPDX-License-Identifier: MIT
#include "command_line.h"

#include <algorithm>
#include <limits>
#include <list>
#include <sstream>
#include <string_view>
#include <type_traits>

#include <CLI/CLI.hpp>

#include "engine/build_id.h"
#include "help_format.h"
#include "numbers.h"
#include "output.h"

namespace phidelity {

namespace {

template <class Number>
std::string shown(Number number) {
    std::ostringstream stream;
    stream << number;
    return stream.str();
}

template <class Number>
Number parseInRange(const std::string& name, const std::string& text, Number low, Number high) {
    Number value{};
    if (!parseNumber(text, value) || value < low || value > high) {
        const std::string kind = std::is_floating_point_v<Number> ? "a number" : "a whole number";
        throw CLI::ValidationError(name, "expected " + kind + " from " + shown(low) + " to " +
                                             shown(high) + ", found '" + text + "'");
    }
    return value;
}

template <class Number>
CLI::Option* addNumber(CLI::App& app, const std::string& name, Number low, Number high,
                       const std::string& help, std::function<void(Number)> set) {
    return app
        .add_option_function<std::string>(
            name,
            [=](const std::string& text) { set(parseInRange<Number>(name, text, low, high)); },
            help)
        ->type_name("N");
}

template <class Number>
void addNumberWithDefault(CLI::App& app, const std::string& name, Number& target, Number low,
                          Number high, const std::string& help) {
    addNumber<Number>(app, name, low, high, help, [&target](Number value) {
        target = value;
    })->default_str(shown(target));
}

} // namespace

void Command::text(const std::string& name, std::string& target, const std::string& type,
                   const std::string& help, Need need) {
    CLI::Option* option = m_app->add_option(name, target, help);
    option->type_name(type)->default_str(target)->required(need == Need::Required);
}

void Command::text(const std::string& name, std::optional<std::string>& target,
                   const std::string& type, const std::string& help) {
    m_app
        ->add_option_function<std::string>(
            name, [&target](const std::string& value) { target = value; }, help)
        ->type_name(type);
}

void Command::texts(const std::string& name, std::vector<std::string>& target,
                    const std::string& type, const std::string& help) {
    m_app->add_option(name, target, help)->type_name(type)->allow_extra_args(false);
}

void Command::choice(const std::string& name, std::string& target,
                     const std::vector<std::string>& allowed, const std::string& type,
                     const std::string& help, Need need) {
    CLI::Validator member = CLI::IsMember(allowed);
    member.description("");
    CLI::Option* option = m_app->add_option(name, target, help);
    option->type_name(type)->default_str(target)->check(member)->required(need == Need::Required);
}

void Command::flag(const std::string& name, bool& target, const std::string& help) {
    m_app->add_flag(name, target, help);
}

void Command::number(const std::string& name, float& target, float low, float high,
                     const std::string& help) {
    addNumberWithDefault(*m_app, name, target, low, high, help);
}

void Command::number(const std::string& name, std::int32_t& target, std::int32_t low,
                     std::int32_t high, const std::string& help) {
    addNumberWithDefault(*m_app, name, target, low, high, help);
}

void Command::number(const std::string& name, std::uint32_t& target, std::uint32_t low,
                     std::uint32_t high, const std::string& help) {
    addNumberWithDefault(*m_app, name, target, low, high, help);
}

void Command::number(const std::string& name, std::uint64_t& target, const std::string& help) {
    addNumberWithDefault(*m_app, name, target, std::uint64_t{0},
                         std::numeric_limits<std::uint64_t>::max(), help);
}

void Command::number(const std::string& name, std::optional<std::uint64_t>& target,
                     const std::string& help) {
    addNumber<std::uint64_t>(*m_app, name, 0, std::numeric_limits<std::uint64_t>::max(), help,
                             [&target](std::uint64_t value) { target = value; });
}

void Command::footer(const std::string& text) {
    m_app->footer(text);
}

struct CommandLine::Parts {
    struct Verb {
        CLI::App* app;
        std::function<Result<int>()> action;
    };
    CLI::App app{"Runs Phi-2 and its family on this machine: text, tokens, logits, speed, files.",
                 "phidelity-cli"};
    std::list<Verb> verbs; ///< a list: commands point into it
};

CommandLine::CommandLine() : m_parts(std::make_unique<Parts>()) {
    CLI::App& app = m_parts->app;
    const auto format = std::make_shared<HelpFormat>();
    format->label("Positionals", "Arguments");
    app.formatter(format);
    app.set_version_flag("--version", "phidelity-cli " + buildId().toStdString(),
                         "Print version, commit and compiler.");
    app.set_help_flag("-h,--help", "Print this help.");
    app.require_subcommand(1);
    app.footer("Exit codes: 0 done, 1 failed, 2 wrong usage. Errors are one line on standard\n"
               "error.\n"
               "Example: phidelity-cli generate --format chat --prompt \"Who are you?\"");
}

CommandLine::~CommandLine() = default;

Command CommandLine::add(const std::string& verb, const std::string& description) {
    CLI::App* command = m_parts->app.add_subcommand(verb, description)->group("Verbs");
    m_parts->verbs.push_back({command, {}});
    return {*command, m_parts->verbs.back().action};
}

Result<bool> CommandLine::parse(int argc, char** argv) {
    const std::string_view first = argc > 1 ? argv[1] : "";
    if (!first.starts_with('-') &&
        std::ranges::none_of(m_parts->verbs, [first](const Parts::Verb& verb) {
            return verb.app->get_name() == first;
        })) {
        return fail(ErrorCode::BadArgument,
                    "expected a verb such as generate, found " +
                        (first.empty() ? "nothing" : "'" + std::string(first) + "'"));
    }
    try {
        m_parts->app.parse(argc, argv);
        return true;
    } catch (const CLI::Success& request) { // --help, --version
        std::ostringstream text;
        m_parts->app.exit(request, text, text);
        PHIDELITY_CHECK(Output().write(text.str()));
        return false;
    } catch (const CLI::ParseError& error) {
        return fail(ErrorCode::BadArgument, error.what());
    }
}

Result<int> CommandLine::run() const {
    for (const Parts::Verb& verb : m_parts->verbs) {
        if (verb.app->parsed()) {
            return verb.action();
        }
    }
    return 0;
}

std::string CommandLine::verb() const {
    const auto named = m_parts->app.get_subcommands();
    return named.empty() ? std::string() : named.front()->get_name();
}

} // namespace phidelity
