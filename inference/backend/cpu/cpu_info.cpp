// SPDX-License-Identifier: MIT
#include "inference/backend/cpu/cpu_info.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <optional>
#include <set>
#include <sstream>
#include <string_view>

#include "inference/backend/cpu/kernels/thread_pool.h"

namespace phidelity {
namespace {

constexpr std::string_view kGroups = "/sys/fs/cgroup";

std::optional<std::uint64_t> numberIn(const std::string& path) {
    std::ifstream file(path);
    std::uint64_t value = 0;
    if (file >> value) {
        return value;
    }
    return std::nullopt;
}

/// The folders of this process' control group (version 2) and of all groups above it: each may
/// limit it.
std::set<std::string> controlGroups() {
    std::set<std::string> folders = {std::string(kGroups)};
    std::ifstream file("/proc/self/cgroup");
    std::string line;
    while (std::getline(file, line)) {
        if (line.rfind("0::/", 0) != 0) {
            continue;
        }
        std::string path = line.substr(3);
        while (path.size() > 1) {
            folders.insert(std::string(kGroups) + path);
            path.resize(path.find_last_of('/'));
        }
    }
    return folders;
}

/// Cores that the CPU quotas of the control groups amount to, rounded up.
std::uint32_t quotaCores() {
    double cores = std::numeric_limits<std::uint32_t>::max();
    for (const std::string& folder : controlGroups()) {
        std::ifstream file(folder + "/cpu.max");
        double quota = 0;
        double period = 0;
        if (file >> quota >> period && period > 0) { // "max 100000": no number, no limit
            cores = std::min(cores, std::ceil(quota / period));
        }
    }
    return static_cast<std::uint32_t>(std::max(1.0, cores));
}

/// A field of /proc/meminfo in bytes.
std::uint64_t memoryField(std::string_view name) {
    std::ifstream file("/proc/meminfo");
    std::string line;
    while (std::getline(file, line)) {
        if (line.size() > name.size() && line.compare(0, name.size(), name) == 0 &&
            line[name.size()] == ':') {
            std::istringstream rest(line.substr(name.size() + 1));
            std::uint64_t kibibytes = 0;
            rest >> kibibytes;
            return kibibytes * 1024;
        }
    }
    return 0;
}

void eraseAll(std::string& text, std::string_view part) {
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at)) {
        text.erase(at, part.size());
    }
}

} // namespace

std::uint32_t defaultThreads() {
    return std::min(kernels::usableCores(), quotaCores());
}

std::string cpuName() {
    std::ifstream file("/proc/cpuinfo");
    std::string line;
    std::string name;
    while (name.empty() && std::getline(file, line)) {
        if (line.rfind("model name", 0) == 0 && line.find(": ") != std::string::npos) {
            name = line.substr(line.find(": ") + 2);
        }
    }
    for (const std::string_view noise : {"(R)", "(TM)", "(tm)", " Processor", " CPU"}) {
        eraseAll(name, noise);
    }
    if (const auto clock = name.find(" @"); clock != std::string::npos) {
        name.resize(clock);
    }
    while (!name.empty() && name.back() == ' ') {
        name.pop_back();
    }
    return name.empty() ? "CPU" : name;
}

std::uint64_t physicalMemory() {
    std::uint64_t bytes = memoryField("MemTotal");
    for (const std::string& folder : controlGroups()) {
        if (const auto limit = numberIn(folder + "/memory.max")) {
            bytes = std::min(bytes, *limit);
        }
    }
    return bytes;
}

std::uint64_t availableMemory() {
    std::uint64_t bytes = memoryField("MemAvailable");
    for (const std::string& folder : controlGroups()) {
        const auto limit = numberIn(folder + "/memory.max");
        const auto used = numberIn(folder + "/memory.current");
        if (!limit || !used) {
            continue;
        }
        // Cached file pages count as used, but are given up under pressure.
        std::uint64_t reclaimable = 0;
        std::ifstream file(folder + "/memory.stat");
        std::string key;
        std::uint64_t value = 0;
        while (file >> key >> value) {
            if (key == "inactive_file" || key == "active_file") {
                reclaimable += value;
            }
        }
        const std::uint64_t held = *used > reclaimable ? *used - reclaimable : 0;
        bytes = std::min(bytes, *limit > held ? *limit - held : 0);
    }
    return bytes;
}

} // namespace phidelity
