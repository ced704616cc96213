'use client';

import { useEffect } from 'react';
import { runPage } from '../page.mjs';

export default function Page() {
  useEffect(() => void runPage(), []);
  return <p>bp4</p>;
}
