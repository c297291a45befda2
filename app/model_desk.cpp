// SPDX-License-Identifier: MIT
#include "app/model_desk.h"

#include <QFileInfo>

#include "app/request_ids.h"

namespace phidelity {

void ModelDesk::setDevice(const QString& device, int threads) {
    m_device = {device, {}, m_pick.sharesWithCpu};
    m_threads = threads;
    emit devicePickChanged(m_device);
}

void ModelDesk::setDevicePick(const DevicePick& pick) {
    m_device = m_pick = pick;
    emit devicePickChanged(m_device);
}

// ---- What the user wants

void ModelDesk::open(const QString& path) {
    request(path, 0);
}

void ModelDesk::openWithContext(int context) {
    tryPick(m_openingDevice);
    request(m_openingPath, context);
}

void ModelDesk::openShared() {
    DevicePick pick = m_openingDevice;
    pick.sharesWithCpu = true;
    tryPick(pick);
    request(m_openingPath, m_openingContext);
}

void ModelDesk::tryPick(const DevicePick& pick) {
    if (!m_trying) {
        m_before = m_device;
    }
    m_trying = true;
    m_device = pick;
    emit devicePickChanged(m_device);
}

void ModelDesk::chooseDevice(const DevicePick& pick) {
    tryPick(pick);
    if (isOpening()) {
        request(m_openingPath, m_openingContext);
    } else {
        request(m_path, m_context);
    }
}

void ModelDesk::request(const QString& path, int context) {
    raiseStop(m_stop);
    m_opening = nextRequestId();
    m_openingPath = path;
    m_openingContext = context;
    m_openingDevice = m_device;
    m_stop = newStop();
    OpenModelRequest request;
    request.id = m_opening;
    request.path = path;
    request.device = m_device.id;
    request.deviceName = m_device.name;
    request.threads = m_threads;
    request.context = context;
    request.sharesWithCpu = m_device.sharesWithCpu;
    request.stop = m_stop;
    emit openingBegan();
    emit noticeCleared();
    emit opening(path, 0);
    emit openRequested(request);
}

void ModelDesk::cancelOpening() {
    if (isOpening()) {
        raiseStop(m_stop);
    }
}

// ---- What the engine answers

void ModelDesk::onModelOpening(const ModelOpening& progress) {
    if (progress.id == m_opening) {
        emit opening(m_openingPath, progress.fraction);
    }
}

void ModelDesk::onModelOpened(const ModelOpened& model) {
    if (model.id != m_opening) {
        return;
    }
    m_open = true;
    m_model = model;
    m_path = m_openingPath;
    m_context = m_openingContext;
    if (m_trying) {
        m_trying = false;
        // Without a name a number could mean any device at the next start.
        if (m_device.name.isEmpty() && m_device.id != QLatin1String("auto")) {
            m_pick.sharesWithCpu = m_device.sharesWithCpu;
        } else {
            m_pick = m_device;
        }
    }
    m_opening = 0;
    m_stop.reset();
    emit opened(model);
    if (!model.notice.isEmpty()) {
        emit noticeRaised(model.notice, {});
    }
    emit settled();
}

void ModelDesk::onModelMoved(const ModelMoved& move) {
    if (move.closed) {
        m_open = false;
        emit closed();
    } else if (!isOpening()) {
        m_model = move.model;
        emit opened(move.model);
    }
    emit noticeRaised(move.sentence, move.detail);
}

QString ModelDesk::sentenceOf(const EngineFailed& failure) const {
    const QString name =
        m_openingPath.isEmpty() ? tr("The demo model") : QFileInfo(m_openingPath).fileName();
    const QString stays = m_open ? tr("%1 stays open.").arg(m_model.name) : QString();
    return tr("%1 could not be opened. %2 %3", "file, reason, what stays open")
        .arg(name, failure.sentence, stays)
        .trimmed();
}

void ModelDesk::onFailed(const EngineFailed& failure) {
    if (failure.id == 0 || failure.id != m_opening) {
        return;
    }
    const bool cancelled = m_stop && m_stop->load(std::memory_order_relaxed);
    m_opening = 0;
    m_stop.reset();
    if (m_trying) {
        m_trying = false;
        m_device = m_before;
        emit devicePickChanged(m_device);
    }
    emit openingEnded();
    if (failure.modelClosed) {
        m_open = false;
        emit closed();
    }
    if (!cancelled) {
        emit noticeRaised(sentenceOf(failure), failure.detail);
        if (failure.fittingContext > 0) {
            emit contextOffered(failure.fittingContext);
        }
        if (failure.fittingLayers > 0) {
            emit sharingOffered(failure.fittingLayers, failure.layers);
        }
    }
    emit settled();
}

} // namespace phidelity
