// SPDX-License-Identifier: MIT
#include "store/store_messages.h"

namespace phidelity {

void registerStoreMessages() {
    qRegisterMetaType<SaveRequest>();
    qRegisterMetaType<ListRequest>();
    qRegisterMetaType<LoadRequest>();
    qRegisterMetaType<RecordsRequest>();
    qRegisterMetaType<SearchRequest>();
    qRegisterMetaType<StoreOpened>();
    qRegisterMetaType<StoreOpenFailed>();
    qRegisterMetaType<Saved>();
    qRegisterMetaType<SaveFailed>();
    qRegisterMetaType<Listed>();
    qRegisterMetaType<Loaded>();
    qRegisterMetaType<RecordsLoaded>();
    qRegisterMetaType<Found>();
    qRegisterMetaType<ReadFailed>();
}

} // namespace phidelity
