# SPDX-License-Identifier: MIT
# Vectorised arithmetic of the CPU backend, compiled once per instruction set by Highway.
