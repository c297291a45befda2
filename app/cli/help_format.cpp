// SPDX-License-Identifier: MIT
#include "help_format.h"

#include <cstddef>
#include <string_view>

namespace phidelity {

namespace {

constexpr std::size_t kColumns = 80;

/// The words of a text in lines of at most kColumns, each indented; line ends stay.
std::string wrap(std::string_view text, std::size_t indent) {
    std::string wrapped;
    std::size_t column = 0;
    const auto place = [&](std::string_view word) {
        if (word.empty()) {
            return;
        }
        if (column != 0 && column + 1 + word.size() > kColumns) {
            wrapped += '\n';
            column = 0;
        }
        if (column == 0) {
            wrapped.append(indent, ' ');
            column = indent;
        } else {
            wrapped += ' ';
            ++column;
        }
        wrapped += word;
        column += word.size();
    };
    std::size_t begin = 0;
    while (begin <= text.size()) {
        const std::size_t end = std::min(text.find_first_of(" \n", begin), text.size());
        place(text.substr(begin, end - begin));
        if (end < text.size() && text[end] == '\n') {
            wrapped += '\n';
            column = 0;
        }
        begin = end + 1;
    }
    return wrapped + '\n';
}

} // namespace

std::string HelpFormat::make_usage(const CLI::App* app, std::string name) const {
    std::string usage = "Usage: " + (name.empty() ? std::string("phidelity-cli") : name);
    if (!app->get_subcommands({}).empty()) {
        return usage + " VERB [OPTIONS]\n       " + "phidelity-cli VERB --help\n";
    }
    usage += " [OPTIONS]";
    for (const CLI::Option* option : app->get_options()) {
        if (option->get_positional()) {
            const std::string shown = option->get_name(true);
            usage += ' ' + (option->get_required() ? shown : '[' + shown + ']');
        }
    }
    return usage + '\n';
}

std::string HelpFormat::make_description(const CLI::App* app) const {
    return wrap(app->get_description(), 0) + '\n';
}

std::string HelpFormat::make_option(const CLI::Option* option, bool isPositional) const {
    std::string head = "  " + option->get_name(isPositional, !isPositional);
    if (!isPositional && !option->get_type_name().empty()) {
        head += ' ' + option->get_type_name();
    }
    std::string text = option->get_description();
    if (!option->get_default_str().empty()) {
        text += " [default: " + option->get_default_str() + "]";
    }
    return head + '\n' + wrap(text, 6);
}

std::string HelpFormat::make_subcommand(const CLI::App* command) const {
    constexpr std::size_t kNameColumns = 14;
    std::string line = "  " + command->get_name();
    line.resize(std::max(line.size() + 1, kNameColumns), ' ');
    const std::string& text = command->get_description();
    return line + text.substr(0, text.find('\n')) + '\n';
}

} // namespace phidelity
