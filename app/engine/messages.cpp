// SPDX-License-Identifier: MIT
#include "engine/messages.h"

namespace phidelity {

void registerEngineMessages() {
    qRegisterMetaType<OpenModelRequest>();
    qRegisterMetaType<GenerateRequest>();
    qRegisterMetaType<ModelOpening>();
    qRegisterMetaType<ModelOpened>();
    qRegisterMetaType<DevicePick>();
    qRegisterMetaType<DevicesListed>();
    qRegisterMetaType<ModelMoved>();
    qRegisterMetaType<EngineFailed>();
    qRegisterMetaType<PromptProgress>();
    qRegisterMetaType<TextArrived>();
    qRegisterMetaType<GenerationEnded>();
}

} // namespace phidelity
