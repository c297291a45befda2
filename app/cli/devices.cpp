// SPDX-License-Identifier: MIT
#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include "inference/backend/choose.h"
#include "json_text.h"
#include "options.h"
#include "output.h"
#include "verbs.h"

namespace phidelity {

namespace {

Result<void> devices(bool json) {
    Output output;
    if (json) {
        nlohmann::ordered_json list = nlohmann::json::array();
        for (const DeviceChoice& device : listDevices()) {
            list.push_back({{"id", device.info.id},
                            {"name", device.info.name},
                            {"memory_bytes", device.info.memory},
                            {"threads", device.info.threads},
                            {"usable", device.usable},
                            {"reason", device.reason}});
        }
        return output.write(jsonText({{"devices", list}}));
    }
    for (const DeviceChoice& device : listDevices()) {
        std::string line = device.info.id;
        line.resize(std::max<std::size_t>(line.size() + 2, 10), ' ');
        line += device.usable ? device.info.name + ": " : "cannot be used: ";
        PHIDELITY_CHECK(output.write(line + device.reason + '\n'));
    }
    return {};
}

} // namespace

void addDevices(CommandLine& line) {
    auto json = std::make_shared<bool>(false);
    Command command = line.add(
        "devices", "List the devices of this machine.\nThe first column is what --device takes; "
                   "a device that cannot be used says why. The one that auto takes is the first "
                   "that can be used.");
    addJsonOption(command, *json);
    command.run([json] { return devices(*json); });
}

} // namespace phidelity
