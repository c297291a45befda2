// SPDX-License-Identifier: MIT
#include "engine/recovery.h"

#include <utility>

#include <QCoreApplication>

namespace phidelity {

namespace {

QString translated(const char* text) {
    return QCoreApplication::translate("Recovery", text);
}

bool isMemory(const Error& error) {
    return error.code == ErrorCode::OutOfMemory;
}

QString memoryAdvice() {
    return translated("Close other programs that use it, or choose a smaller file of the model, "
                      "such as Q4_0.");
}

QString startedAgain(const QString& device, const Error& error) {
    return isMemory(error)
               ? translated("%1 ran out of memory; the model was loaded again with what is free, "
                            "and the conversation goes on.")
                         .arg(device) +
                     u' ' + memoryAdvice()
               : translated("%1 stopped answering; it was started again, and the conversation "
                            "goes on.")
                     .arg(device);
}

QString cpuTookOver(const QString& device, const Error& error) {
    return isMemory(error)
               ? translated("%1 ran out of memory; the CPU has taken over, and the conversation "
                            "goes on, more slowly.")
                         .arg(device) +
                     u' ' + memoryAdvice()
               : translated("%1 stopped answering; the CPU has taken over, and the conversation "
                            "goes on, more slowly. Open the model again to try the device again.")
                     .arg(device);
}

} // namespace

Recovery recover(OpenedModel failed, const Error& error, const BackendFactory& openDevice,
                 const StopFlag* stop) {
    LoadOptions options;
    options.stop = stop;
    const std::string device = failed.model->device().id;
    const QString name = failed.device;
    failed.cache.reset();
    failed.model.reset();

    Recovery recovery;
    if (failed.rebuilds == 0) {
        if (auto again = loadOn(device, failed.request, failed.checkpoint, openDevice, options)) {
            again->rebuilds = failed.rebuilds + 1;
            recovery.opened = std::move(*again);
            recovery.sentence = startedAgain(name, error);
            return recovery;
        }
    }
    if (auto onCpu = loadOn("cpu", failed.request, failed.checkpoint, openDevice, options)) {
        recovery.opened = std::move(*onCpu);
        recovery.sentence = cpuTookOver(name, error);
    } else {
        recovery.sentence =
            translated("%1 failed, and the CPU has no room for the model: the conversation is "
                       "kept; close other programs and open the model again.")
                .arg(name);
    }
    return recovery;
}

QString describeInterruption(const Error& error) {
    return isMemory(error) ? translated("Interrupted: there was not enough memory. What was "
                                        "written is kept.")
                           : translated("Interrupted: the device stopped answering. What was "
                                        "written is kept.");
}

} // namespace phidelity
