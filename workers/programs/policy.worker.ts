/// <reference lib="webworker" />
import { expose } from 'comlink';
import { PolicyHost } from '../engines/cpu/policyHost.js';

expose(new PolicyHost());
