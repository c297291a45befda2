// SPDX-License-Identifier: MIT
#include "engine/messages.h"

#include "engine/preview_messages.h"
#include "engine/replay_messages.h"
#include "engine/token_messages.h"

namespace phidelity {

void registerEngineMessages() {
    qRegisterMetaType<OpenModelRequest>();
    qRegisterMetaType<GenerateRequest>();
    qRegisterMetaType<PromptPreviewRequest>();
    qRegisterMetaType<PromptPreview>();
    qRegisterMetaType<ModelOpening>();
    qRegisterMetaType<ModelOpened>();
    qRegisterMetaType<DevicePick>();
    qRegisterMetaType<DevicesListed>();
    qRegisterMetaType<ModelMoved>();
    qRegisterMetaType<EngineFailed>();
    qRegisterMetaType<PromptProgress>();
    qRegisterMetaType<TextArrived>();
    qRegisterMetaType<GenerationEnded>();
    qRegisterMetaType<ReplayRequest>();
    qRegisterMetaType<ReplayProgress>();
    qRegisterMetaType<ReplayEnded>();
    qRegisterMetaType<ReplyModelHashed>();
    qRegisterMetaType<TokenDetail>();
    qRegisterMetaType<SamplesRequest>();
    qRegisterMetaType<SampleArrived>();
    qRegisterMetaType<SamplesEnded>();
    qRegisterMetaType<ScoreRequest>();
    qRegisterMetaType<ScoreArrived>();
    qRegisterMetaType<ScoreEnded>();
    qRegisterMetaType<NextRequest>();
    qRegisterMetaType<NextArrived>();
}

} // namespace phidelity
