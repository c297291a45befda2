// SPDX-License-Identifier: MIT
#pragma once

#include "inference/backend/cuda/device/attend.h"
#include "inference/backend/cuda/device/embed.h"
#include "inference/backend/cuda/device/product.h"
#include "inference/backend/cuda/device/product_many.h"
#include "inference/backend/cuda/launch.h"

namespace phidelity::cuda {

/// Calls `run.operator()<Kernel>(table)` with the kernel that a launch names: the one list of all
/// kernels that there are.
template <class Run>
void withKernel(const Launch& launch, Run run) {
    const auto withType = [&](auto withIt) {
        switch (launch.type) {
#define PHIDELITY_CASE(type)                                                                       \
    case TensorType::type:                                                                         \
        return withIt.template operator()<TensorType::type>();
            PHIDELITY_CASE(F32)
            PHIDELITY_CASE(F16)
            PHIDELITY_CASE(BF16)
            PHIDELITY_CASE(Q8_0)
            PHIDELITY_CASE(Q4_0)
            PHIDELITY_CASE(Q4_1)
            PHIDELITY_CASE(Q5_0)
            PHIDELITY_CASE(Q5_1)
            PHIDELITY_CASE(Q2_K)
            PHIDELITY_CASE(Q3_K)
            PHIDELITY_CASE(Q4_K)
            PHIDELITY_CASE(Q5_K)
            PHIDELITY_CASE(Q6_K)
#undef PHIDELITY_CASE
        }
    };
    if (const auto* product = std::get_if<ProductTable>(&launch.table)) {
        withType([&]<TensorType kType>() {
            if (product->rows == 1) {
                run.template operator()<Product<kType, 1>>(*product);
            } else if (product->rows == 2) {
                run.template operator()<Product<kType, 2>>(*product);
            } else if (product->rows <= 4) {
                run.template operator()<Product<kType, 4>>(*product);
            } else {
                run.template operator()<Product<kType, 8>>(*product);
            }
        });
    } else if (const auto* many = std::get_if<ManyTable>(&launch.table)) {
        withType([&]<TensorType kType>() { run.template operator()<ProductMany<kType>>(*many); });
    } else if (const auto* embed = std::get_if<EmbedTable>(&launch.table)) {
        withType([&]<TensorType kType>() { run.template operator()<Embed<kType>>(*embed); });
    } else if (const auto* attend = std::get_if<AttendTable>(&launch.table)) {
        run.template operator()<Attend>(*attend);
    } else if (const auto* halve = std::get_if<HalveTable>(&launch.table)) {
        run.template operator()<Halve>(*halve);
    }
}

} // namespace phidelity::cuda
