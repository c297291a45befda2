// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "inference/backend/vulkan/bindings.h"
#include "inference/backend/vulkan/row_exchange.h"
#include "inference/backend/vulkan/step_keys.h"
#include "inference/backend/vulkan/step_memory.h"
#include "inference/backend/vulkan/step_ops.h"
#include "inference/backend/vulkan/tuning.h"
#include "inference/backend/vulkan/weight_store.h"

namespace phidelity::vulkan {

/// What a recording costs each time it is replayed: its layers, without embedding and head.
struct RecordingCounts {
    std::uint32_t layers = 0;
    std::uint32_t dispatches = 0;
    std::uint32_t barriers = 0;
};

/// A step recorded once, to be replayed as long as its ops and its shape stay the same: command
/// buffers, one for each layer or so, that belong together in this order.
struct Recording {
    StepShape shape;
    std::vector<StepOp> ops;
    std::vector<VkCommandBuffer> segments;
    RecordingCounts counts;
    double slowestSegmentMs = 0; ///< measured when segments ran one by one; 0: not yet
};

/// Turns the verbs of a step into dispatches. What it reads must live as long as itself.
class Recorder {
public:
    struct Sources {
        Device& device;
        const Tuning& tuning;
        Pipelines& pipelines;
        Bindings& bindings;
        const WeightStore& weights;
        std::span<const DeviceMatrix> matrices;
        StepMemory& memory;
        const RowExchange& exchange;
    };

    Recorder(const Sources& sources, Recording& recording)
        : m_sources(sources), m_keys(sources.tuning, sources.memory.attention()),
          m_recording(recording) {}

    /// Fills the recording from its shape and ops. OutOfMemory, DeviceLost.
    Result<void> record();

private:
    /// What a dispatch is: a shader's, or a copy of all rows of an activation.
    enum class Work : std::uint8_t { Shader, Receive, HandOver };
    /// One dispatch, and whether it must see what those before it wrote.
    struct Dispatch {
        Work work = Work::Shader;
        Activation copied; ///< of a copy
        PipelineKey key;
        std::uint32_t slot = 0;
        std::uint32_t blockA = 0;
        std::uint32_t blockB = 0;
        std::uint32_t layer = 0;
        std::uint32_t x = 0;
        std::uint32_t y = 1;
        bool keepsLogits = false; ///< they stay on the device
        bool barrierBefore = false;
        bool startsSegment = false;
    };

    void embed(const StepOp& op, const StepOp* next);
    void norm(const StepOp& op);
    void project(const StepOp& op);
    void attend(const StepOp& op);
    void merge(const StepOp& op, const StepOp* next);
    void mergeTogether(const StepOp& op, const StepOp* next);
    void mergeTerm(const StepOp& op, const Term& term);
    void head(const StepOp& op);
    void pickTop(std::uint32_t outputs);
    void copyRows(const StepOp& op, Work work);

    /// The kernel of a product of one or two matrices, which shape does not say yet.
    [[nodiscard]] ProductKernel kernel(ProductShape shape, const DeviceMatrix& first,
                                       const DeviceMatrix* second = nullptr) const;
    void addProduct(ProductTable table, const ProductKernel& kernel, Dispatch dispatch);
    /// The product of one matrix, a dispatch for each of its slices. The table says how many rows
    /// and, in its first part, what becomes of the outputs.
    void addSlices(const Linear& linear, const Place& input, ProductTable table, Dispatch dispatch);
    /// Everything before must have been written when the next dispatch starts.
    void barrier() { m_barrier = true; }
    void add(Dispatch dispatch);
    template <class Table>
    std::uint32_t slot(const Table& table);
    [[nodiscard]] ProductTable productTable(std::uint32_t rows) const;
    [[nodiscard]] const DeviceMatrix& matrix(MatrixId id) const {
        return m_sources.matrices[static_cast<std::size_t>(id)];
    }

    void countLayerWork(std::size_t firstDispatch);
    Result<void> writeSlots();
    Result<void> writeCommands();
    Result<VkDescriptorSet> descriptorSet(const Dispatch& dispatch);
    Result<void> writeDispatch(VkCommandBuffer commands, const Dispatch& dispatch);
    void writeCopy(VkCommandBuffer commands, const Dispatch& dispatch);
    /// Products of this recording find their tickets at zero.
    void clearTickets(VkCommandBuffer commands);
    void writeHostBarrier(VkCommandBuffer commands);
    /// What `before` wrote is there for what follows.
    void writeBarrier(VkCommandBuffer commands, Work before, VkPipelineStageFlags after,
                      VkAccessFlags access);

    Sources m_sources;
    StepKeys m_keys;
    Recording& m_recording;
    std::vector<Dispatch> m_dispatches;
    std::vector<std::uint32_t> m_slots; ///< kSlotUints each
    std::uint32_t m_firstSlot = 0;      ///< of this recording, in the buffer of all
    bool m_barrier = false;
    bool m_segment = true;
    bool m_normed = false; ///< whether the norm that comes next was computed by the op before
};

} // namespace phidelity::vulkan
