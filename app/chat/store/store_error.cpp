// SPDX-License-Identifier: MIT
#include "store/store_error.h"

namespace phidelity {

bool isWorthRetrying(StoreErrorCode code) {
    switch (code) {
    case StoreErrorCode::NoPermission:
    case StoreErrorCode::ReadOnly:
    case StoreErrorCode::DiskFull:
    case StoreErrorCode::IoFailed:
    case StoreErrorCode::Locked:
    case StoreErrorCode::NotADatabase:
    case StoreErrorCode::NotOurs:
    case StoreErrorCode::Damaged:
    case StoreErrorCode::LinkRefused:
    case StoreErrorCode::OutOfMemory:
        return true;
    case StoreErrorCode::Newer:
    case StoreErrorCode::NotFound:
    case StoreErrorCode::Refused:
        return false;
    }
    return false;
}

QString describeStoreError(StoreErrorCode code) {
    switch (code) {
    case StoreErrorCode::NoPermission:
        return QStringLiteral("This account may not write where the conversations are kept. Change "
                              "the permissions of the folder, or start with another one (--data), "
                              "and try again.");
    case StoreErrorCode::ReadOnly:
        return QStringLiteral("The disk with the conversations takes no writing. Make it writable "
                              "and try again; until then new text is only in this window.");
    case StoreErrorCode::DiskFull:
        return QStringLiteral("The disk with the conversations is full. Make room and try again; "
                              "until then new text is only in this window.");
    case StoreErrorCode::IoFailed:
        return QStringLiteral("The disk with the conversations reported an error. Check that it is "
                              "connected and healthy, and try again; until then new text is only "
                              "in this window.");
    case StoreErrorCode::Locked:
        return QStringLiteral("Another program has the conversations open. Close it and try "
                              "again.");
    case StoreErrorCode::NotADatabase:
        return QStringLiteral("The file with the conversations is none of this program's. Move it "
                              "away, or start with another folder (--data), and try again.");
    case StoreErrorCode::NotOurs:
        return QStringLiteral("The file with the conversations belongs to another program. Move it "
                              "away, or start with another folder (--data), and try again.");
    case StoreErrorCode::Newer:
        return QStringLiteral("The conversations were written by a newer version of Phidelity. "
                              "They can be read but not changed; install the newer version to go "
                              "on with them.");
    case StoreErrorCode::Damaged:
        return QStringLiteral("The file with the conversations is damaged. Start the program "
                              "again: it sets the file aside and saves what can be read.");
    case StoreErrorCode::LinkRefused:
        return QStringLiteral("A symbolic link stands where the conversations should be. Put the "
                              "file itself there, or link the whole folder, and try again.");
    case StoreErrorCode::NotFound:
        return QStringLiteral("This conversation is no longer there. It may have been deleted in "
                              "the meantime.");
    case StoreErrorCode::OutOfMemory:
        return QStringLiteral("There was not enough memory to keep the conversation. Close other "
                              "programs and try again.");
    case StoreErrorCode::Refused:
        return QStringLiteral("The conversation could not be kept: the database did not take it. "
                              "Copy what matters and report this with its details.");
    }
    return {};
}

} // namespace phidelity
