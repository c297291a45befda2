/* SPDX-License-Identifier: MIT */
    .section .rodata.phidelityDemoModel, "a"
    .global phidelityDemoModelBegin
    .global phidelityDemoModelEnd
    .hidden phidelityDemoModelBegin
    .hidden phidelityDemoModelEnd
    .balign 4096
phidelityDemoModelBegin:
    .incbin PHIDELITY_DEMO_MODEL
phidelityDemoModelEnd:
    .byte 0
    .section .note.GNU-stack, "", %progbits
