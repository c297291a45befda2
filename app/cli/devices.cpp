// SPDX-License-Identifier: MIT
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "inference/backend/choose.h"
#include "inference/model/device_fit.h"
#include "inference/model/memory_plan.h"
#include "json_text.h"
#include "options.h"
#include "output.h"
#include "verbs.h"

namespace phidelity {

namespace {

using Json = nlohmann::ordered_json;

/// For programs.
std::string_view kindKey(DeviceKind kind) {
    switch (kind) {
    case DeviceKind::DiscreteGpu:
        return "discrete_gpu";
    case DeviceKind::IntegratedGpu:
        return "integrated_gpu";
    case DeviceKind::VirtualGpu:
        return "virtual_gpu";
    case DeviceKind::Software:
        return "software";
    case DeviceKind::Cpu:
        break;
    }
    return "cpu";
}

/// Whether there is a device at all behind an entry: "cuda" where the build has no such backend.
bool isDevice(const DeviceInfo& info) {
    return info.memory > 0;
}

Json deviceJson(const DeviceChoice& device, bool chosen) {
    const DeviceInfo& info = device.info;
    Json json{{"id", info.id}, {"name", info.name}};
    json["kind"] = isDevice(info) ? Json(kindKey(info.kind)) : Json(nullptr);
    json["driver"] = info.driver;
    json["memory_bytes"] = info.memory;
    json["memory_free_bytes"] = info.memoryFree > 0 ? Json(info.memoryFree) : Json(nullptr);
    json["threads"] = info.threads;
    json["features"] = info.features;
    json["usable"] = device.usable;
    json["reason"] = device.reason;
    json["fits"] = device.usable ? Json(describeFit(info)) : Json(nullptr);
    json["automatic"] = chosen;
    return json;
}

std::string line(std::string_view label, const std::string& text) {
    constexpr std::size_t kLabelWidth = 13;
    std::string padded(2, ' ');
    padded += label;
    padded.resize(std::max(padded.size() + 1, kLabelWidth), ' ');
    return text.empty() ? std::string() : padded + text + '\n';
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) {
        text += (text.empty() ? "" : ", ") + word;
    }
    return text;
}

std::string memoryText(const DeviceInfo& info) {
    if (!isDevice(info)) {
        return {};
    }
    return formatBytes(info.memory) +
           (info.memoryFree > 0 ? ", " + formatBytes(info.memoryFree) + " free" : "");
}

std::string describe(const DeviceChoice& device, bool chosen) {
    const DeviceInfo& info = device.info;
    std::string title = info.id;
    title.resize(std::max<std::size_t>(title.size() + 2, 10), ' ');
    std::string text = title + info.name + (chosen ? "  [auto]" : "") + '\n';
    text += line("Kind", isDevice(info) ? std::string(deviceKindName(info.kind)) : std::string());
    text += line("Driver", info.driver);
    text += line("Memory", memoryText(info));
    text += line("Features", joined(info.features));
    text += device.usable ? line("Runs", describeFit(info)) : std::string();
    text += line(device.usable ? "Note" : "Refused", device.reason);
    return text;
}

Result<void> devices(bool json) {
    const std::vector<DeviceChoice> found = listDevices();
    const AutoChoice automatic = explainAuto(found);
    Output output;
    if (json) {
        Json list = Json::array();
        for (const DeviceChoice& device : found) {
            list.push_back(deviceJson(device, device.info.id == automatic.id));
        }
        return output.write(jsonText(Json{{"devices", std::move(list)},
                                          {"automatic", automatic.id},
                                          {"automatic_reason", automatic.reason}}));
    }
    std::string text;
    std::string taken;
    for (const DeviceChoice& device : found) {
        if (device.info.id == automatic.id) {
            taken = device.info.name + ", " + device.reason;
        }
        text += describe(device, device.info.id == automatic.id) + '\n';
    }
    return output.write(text + "auto takes " + automatic.id + ": " + taken + '\n');
}

} // namespace

void addDevices(CommandLine& line) {
    auto json = std::make_shared<bool>(false);
    Command command = line.add(
        "devices",
        "List the devices of this machine.\nThe first column is what --device takes. Each device "
        "says what it is, what it has room for by the memory that is free on it, and what it is "
        "good for or why it cannot be used. The last line says which one auto takes, and why.");
    addJsonOption(command, *json);
    command.run([json] { return devices(*json); });
}

} // namespace phidelity
