// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QString>
#include <QStringList>

#include "chat/generation_settings.h"

namespace phidelity {

/// Sets of settings with a name, for people who do not want to think about numbers.
enum class Preset { Deterministic, Balanced, Creative, Code, Maths };
/// Those that are offered first.
inline constexpr Preset kPresets[] = {Preset::Deterministic, Preset::Balanced, Preset::Creative};
inline constexpr Preset kAllPresets[] = {Preset::Deterministic, Preset::Balanced, Preset::Creative,
                                         Preset::Code, Preset::Maths};

/// `settings` with what decides about chance replaced, the order of stages too; seed, length, stops
/// and biases stay.
[[nodiscard]] GenerationSettings withPreset(Preset preset, GenerationSettings settings);

/// A set that the user has made. Plain value.
struct OwnPreset {
    QString name;
    GenerationSettings settings;

    bool operator==(const OwnPreset&) const = default;
};

/// `settings` with all of the preset's but the seed, which belongs to a reply.
[[nodiscard]] GenerationSettings withPreset(const OwnPreset& preset, GenerationSettings settings);

/// Characters of a preset's name at most.
inline constexpr qsizetype kLongestPresetName = 60;

/// The name in one line, without characters that cannot be seen or that turn the direction of
/// writing, at most so long; with a number behind it if one of `taken` has it already.
[[nodiscard]] QString freePresetName(const QString& wanted, const QList<OwnPreset>& taken);

/// A file of presets: JSON with a mark, a version and the presets; see presetsFromJson().
[[nodiscard]] QByteArray presetsToJson(const QList<OwnPreset>& presets);

/// What came of reading a file of presets.
struct PresetsRead {
    QList<OwnPreset> presets; ///< those without a fault
    QStringList problems;     ///< a sentence for each fault, with the preset's name
    QString refusal;          ///< why it is no such file at all: a sentence; empty = it is one
};
/// Never fails on any bytes. Presets with a fault (a value out of range, an unknown stage or
/// setting) are left out and told: a chain with something missing would not be the same chain. What
/// a preset leaves out is as usual. At most 1,000 presets.
[[nodiscard]] PresetsRead presetsFromJson(const QByteArray& file);

} // namespace phidelity
