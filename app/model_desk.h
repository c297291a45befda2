// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>

#include "engine/messages.h"

namespace phidelity {

/// Which model is open, on which device, and which is being opened: turns what the user wants of
/// that into requests to the engine. One model is open at a time; a new opening cancels the one
/// that runs, and the model that was open stays until the new one is there. QtCore only; window's
/// thread.
class ModelDesk : public QObject {
    Q_OBJECT

public:
    explicit ModelDesk(QObject* parent = nullptr) : QObject(parent) {}

    /// `device`: "auto", "cpu", ...; `threads`: 0 = automatic. For models opened from now on.
    void setDevice(const QString& device, int threads);
    /// What was picked at another time; in force until setDevice or chooseDevice.
    void setDevicePick(const DevicePick& pick);
    /// What the user picked last, to be remembered; setDevice does not change it.
    [[nodiscard]] const DevicePick& devicePick() const { return m_pick; }

    [[nodiscard]] bool isOpening() const { return m_opening != 0; }
    /// A model is open and none is being opened.
    [[nodiscard]] bool isReady() const { return m_open && m_opening == 0; }
    [[nodiscard]] const ModelOpened& model() const { return m_model; }

public slots:
    // What the user wants.
    /// Empty = the demo model.
    void open(const QString& path);
    /// Loads the model again on that device. A pick that fails is taken back.
    void chooseDevice(const phidelity::DevicePick& pick);
    /// Both try the model that was too large again, on the device where it was. What was allowed
    /// is remembered once it worked.
    void openWithContext(int context);
    void openShared();
    void cancelOpening();

    // What the engine answers.
    void onModelOpening(const phidelity::ModelOpening& progress);
    void onModelOpened(const phidelity::ModelOpened& model);
    void onModelMoved(const phidelity::ModelMoved& move);
    void onFailed(const phidelity::EngineFailed& failure);

signals:
    /// To the engine.
    void openRequested(const phidelity::OpenModelRequest& request);

    void openingBegan();
    void opening(const QString& path, double fraction);
    /// It can be used now; also when it goes on elsewhere after a failure.
    void opened(const phidelity::ModelOpened& model);
    void openingEnded();
    /// No model is open any more.
    void closed();
    /// An opening ended, well or not: what waits for the engine may go on.
    void settled();
    void noticeRaised(const QString& sentence, const QString& detail);
    void noticeCleared();
    /// After noticeRaised: it would help to open the model with this context.
    void contextOffered(int context);
    /// Likewise: to let the processor run all but so many of its layers.
    void sharingOffered(int layersOnDevice, int layers);
    /// The pick in force, for those who show it.
    void devicePickChanged(const phidelity::DevicePick& pick);

private:
    void request(const QString& path, int context);
    void tryPick(const DevicePick& pick);
    [[nodiscard]] QString sentenceOf(const EngineFailed& failure) const;

    DevicePick m_device; ///< in force
    DevicePick m_pick;   ///< remembered
    DevicePick m_before; ///< in force before a pick that is being tried
    bool m_trying = false;
    int m_threads = 0;

    bool m_open = false;
    ModelOpened m_model; ///< the last that was opened
    QString m_path;      ///< of the model that is open
    int m_context = 0;

    RequestId m_opening = 0; ///< 0 = none
    QString m_openingPath;
    int m_openingContext = 0;
    DevicePick m_openingDevice;
    SharedStop m_stop;
};

} // namespace phidelity
