// SPDX-License-Identifier: MIT
#pragma once

#include "command_line.h"

namespace phidelity {

// Each adds one verb to the command line: its options, its help and what it does.
void addGenerate(CommandLine& line);
void addTokenize(CommandLine& line);
void addDetokenize(CommandLine& line);
void addLogits(CommandLine& line);
void addBench(CommandLine& line);
void addMakeModel(CommandLine& line);
void addQuantize(CommandLine& line);
void addInspect(CommandLine& line);
void addDevices(CommandLine& line);
void addVerify(CommandLine& line);
void addExport(CommandLine& line);
void addImport(CommandLine& line);
void addReplay(CommandLine& line);
void addScore(CommandLine& line);

} // namespace phidelity
