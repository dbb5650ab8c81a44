// What AssemblyScript calls its integers, so that assembly/layout.ts passes tsc as it stands.
declare type i32 = number;
