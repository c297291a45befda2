// SPDX-License-Identifier: MIT
#include <cstdio>
#include <exception>
#include <new>
#include <string>

#include "engine/error_text.h"
#include "interrupt.h"
#include "terminal_text.h"
#include "verbs.h"

namespace {

using namespace phidelity;

enum ExitCode : int { Done = 0, Failed = 1, WrongUsage = 2 };

constexpr void (*kVerbs[])(CommandLine&) = {
    addGenerate, addTokenize, addDetokenize, addLogits, addBench,  addMakeModel, addQuantize,
    addInspect,  addDevices,  addVerify,     addExport, addImport, addReplay,    addScore};

void complain(const std::string& problem) {
    const std::string line = "phidelity-cli: " + oneLine(problem) + "\n";
    std::fputs(line.c_str(), stderr);
}

int report(const Error& error, const std::string& verb) {
    const std::string detail = errorDetail(error).toStdString();
    if (error.code == ErrorCode::BadArgument) {
        if (interruptFlag().load()) {
            complain("stopped before there was a result");
            return Failed;
        }
        complain(detail + "; see phidelity-cli " + (verb.empty() ? verb : verb + ' ') + "--help");
        return WrongUsage;
    }
    complain(describeError(error).toStdString() + (detail.empty() ? "" : " (" + detail + ")"));
    return Failed;
}

int run(int argc, char** argv) {
    catchInterrupts();
    CommandLine line;
    for (const auto addVerb : kVerbs) {
        addVerb(line);
    }
    const Result<bool> parsed = line.parse(argc, argv);
    if (!parsed) {
        return report(parsed.error(), line.verb());
    }
    if (!*parsed) {
        return Done;
    }
    const Result<int> code = line.run();
    return code ? *code : report(code.error(), line.verb());
}

} // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::bad_alloc&) {
        return report({ErrorCode::OutOfMemory, {}}, {});
    } catch (const std::exception& error) {
        complain(error.what());
        return Failed;
    }
}
